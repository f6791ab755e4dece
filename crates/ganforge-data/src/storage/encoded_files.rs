//! A folder that exceeds the memory limit: image files that are decoded at every access.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::decode::{SizeLimit, decode_into};
use crate::error::DataError;
use crate::transform::Transform;

/// Image files with the transform that brings them to one shape.
pub(crate) struct EncodedFiles {
    paths: Vec<PathBuf>,
    limit: SizeLimit,
    transform: Transform,
    identity: [u8; 32],
}

impl EncodedFiles {
    /// Files, each with its name below the folder. Reads the first bytes of each.
    pub(crate) fn new(
        files: Vec<(PathBuf, String)>,
        limit: SizeLimit,
        transform: Transform,
    ) -> Self {
        Self {
            identity: identity(&files, &transform),
            paths: files.into_iter().map(|(path, _)| path).collect(),
            limit,
            transform,
        }
    }

    /// Number of files.
    pub(super) fn len(&self) -> usize {
        self.paths.len()
    }

    /// The `count` files from index `first` on.
    pub(super) fn slice(mut self, first: usize, count: usize) -> Self {
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
    pub(super) fn read(&self, index: usize, out: &mut [u8]) -> Result<(), DataError> {
        decode_into(&self.paths[index], self.limit, &self.transform, out)
            .map_err(DataError::Unreadable)
    }

    /// SHA-256 over the transform and each file's name, length and first bytes.
    ///
    /// Reading every byte would cost an epoch of disk time, and modification times change with every copy.
    pub(super) fn identity(&self) -> &[u8; 32] {
        &self.identity
    }
}

fn identity(files: &[(PathBuf, String)], transform: &Transform) -> [u8; 32] {
    let starts: Vec<(u64, Vec<u8>)> = files
        .par_iter()
        // A file that has vanished since the scan counts as empty here and is reported when it is read.
        .map(|(path, _)| start_of(path).unwrap_or_default())
        .collect();
    let mut hash = Sha256::new();
    hash.update(transform.identity());
    for ((_, name), (length, start)) in files.iter().zip(starts) {
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(name);
        hash.update(length.to_le_bytes());
        hash.update(start);
    }
    hash.finalize().into()
}

/// The length of a file and its first 4096 bytes.
fn start_of(path: &Path) -> std::io::Result<(u64, Vec<u8>)> {
    const START: u64 = 4096;
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut start = Vec::new();
    file.take(START).read_to_end(&mut start)?;
    Ok((length, start))
}
