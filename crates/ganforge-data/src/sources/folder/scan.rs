//! The first pass over a folder: reads every header and no pixels.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::listing::Listing;
use crate::decode::{Header, SizeLimit, read_header};
use crate::error::{DataError, Skipped};

/// The files of a folder, by names and headers.
#[derive(Debug)]
pub(crate) struct FolderScan {
    /// Images whose header can be read, sorted by name.
    pub(crate) images: Vec<ScannedImage>,
    /// Images whose header cannot be read.
    pub(crate) skipped: Vec<Skipped>,
    /// Files that are not images.
    pub(crate) ignored: Vec<String>,
}

/// An image whose header was read.
#[derive(Debug)]
pub(crate) struct ScannedImage {
    pub(crate) path: PathBuf,
    /// The path below the folder, separated by `/`.
    pub(crate) name: String,
    pub(crate) header: Header,
}

impl FolderScan {
    /// Scans a folder and everything below it.
    pub(crate) fn of(folder: &Path, limit: SizeLimit) -> Result<Self, DataError> {
        let listing = Listing::of(folder)?;
        let headers: Vec<Result<ScannedImage, Skipped>> = listing
            .candidates
            .into_par_iter()
            .map(|candidate| {
                let header = read_header(&candidate.path, limit)?;
                Ok(ScannedImage {
                    path: candidate.path,
                    name: candidate.name,
                    header,
                })
            })
            .collect();
        let mut scan = Self {
            images: Vec::with_capacity(headers.len()),
            skipped: listing.skipped,
            ignored: listing.ignored,
        };
        for header in headers {
            match header {
                Ok(image) => scan.images.push(image),
                Err(failure) => scan.skipped.push(failure),
            }
        }
        Ok(scan)
    }
}

/// The class of an image: the first subfolder of its name, at any depth below that.
pub(crate) fn class_of(name: &str) -> Option<&str> {
    name.split_once('/').map(|(class, _)| class)
}
