//! A folder too large for memory: images decoded again whenever they are read.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::bound::Bound;
use super::codec::decode_into;
use super::survey::Surveyed;
use crate::DataError;
use crate::fit::Fit;

/// Images that stay in their files.
pub(crate) struct FileImages {
    paths: Vec<PathBuf>,
    bound: Bound,
    fit: Fit,
    identity: [u8; 32],
}

impl FileImages {
    pub(super) fn new(images: &[Surveyed], bound: Bound, fit: Fit) -> Self {
        Self {
            paths: images.iter().map(|image| image.path.clone()).collect(),
            identity: identity(images, &fit),
            bound,
            fit,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.paths.len()
    }

    /// The images from `first` on, `count` of them.
    pub(crate) fn part(mut self, first: usize, count: usize) -> Self {
        let whole = 0..self.paths.len();
        self.paths.truncate(first + count);
        self.paths.drain(..first);
        if (first..first + count) != whole {
            let mut hash = Sha256::new();
            hash.update(self.identity);
            hash.update((first as u64).to_le_bytes());
            hash.update((count as u64).to_le_bytes());
            self.identity = hash.finalize().into();
        }
        self
    }

    /// Decodes image `index` into `out`, `[channels, height, width]`.
    pub(crate) fn read(&self, index: usize, out: &mut [u8]) -> Result<(), DataError> {
        decode_into(&self.paths[index], self.bound, &self.fit, out).map_err(DataError::Unreadable)
    }

    /// A digest of what the images will be: how they are fitted, and each file's name, length and first bytes.
    ///
    /// Reading every byte would cost an epoch of disk time; the time of last change would differ after every copy.
    pub(crate) fn identity(&self) -> &[u8; 32] {
        &self.identity
    }
}

fn identity(images: &[Surveyed], fit: &Fit) -> [u8; 32] {
    let starts: Vec<(u64, Vec<u8>)> = images
        .par_iter()
        // A file that vanishes between the passes counts as empty here, and is reported when it is read.
        .map(|image| start_of(&image.path).unwrap_or_default())
        .collect();
    let mut hash = Sha256::new();
    hash.update(format!("{fit:?}"));
    for (image, (length, start)) in images.iter().zip(starts) {
        hash.update((image.name.len() as u64).to_le_bytes());
        hash.update(&image.name);
        hash.update(length.to_le_bytes());
        hash.update(start);
    }
    hash.finalize().into()
}

/// The length of a file and its first bytes.
fn start_of(path: &Path) -> std::io::Result<(u64, Vec<u8>)> {
    const START: u64 = 4096;
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut start = Vec::new();
    file.take(START).read_to_end(&mut start)?;
    Ok((length, start))
}
