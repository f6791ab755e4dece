//! The first pass over a folder: every header, no pixels.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::bound::Bound;
use super::codec::{Header, read_header};
use super::listing::Listing;
use crate::{DataError, Skipped};

/// What a folder holds, by names and headers.
#[derive(Debug)]
pub(crate) struct Survey {
    /// Images whose header can be read, sorted by name.
    pub(crate) images: Vec<Surveyed>,
    /// Images whose header cannot.
    pub(crate) skipped: Vec<Skipped>,
    /// Files that are no images.
    pub(crate) ignored: Vec<String>,
}

/// An image whose header was read.
#[derive(Debug)]
pub(crate) struct Surveyed {
    pub(crate) path: PathBuf,
    /// The path below the folder, parts joined by `/`.
    pub(crate) name: String,
    pub(crate) header: Header,
}

impl Survey {
    /// Surveys a folder and everything below it.
    pub(crate) fn of(folder: &Path, bound: Bound) -> Result<Self, DataError> {
        let listing = Listing::of(folder)?;
        let headers: Vec<Result<Surveyed, Skipped>> = listing
            .candidates
            .into_par_iter()
            .map(|candidate| {
                let header = read_header(&candidate.path, bound)?;
                Ok(Surveyed {
                    path: candidate.path,
                    name: candidate.name,
                    header,
                })
            })
            .collect();
        let mut survey = Self {
            images: Vec::with_capacity(headers.len()),
            skipped: listing.skipped,
            ignored: listing.ignored,
        };
        for header in headers {
            match header {
                Ok(image) => survey.images.push(image),
                Err(failure) => survey.skipped.push(failure),
            }
        }
        Ok(survey)
    }
}

/// The class an image belongs to: the first subfolder in its name, however deep it lies below that.
pub(crate) fn class_of(name: &str) -> Option<&str> {
    name.split_once('/').map(|(class, _)| class)
}
