//! An atomic file whose errors name its path.

use std::io::Write;
use std::path::{Path, PathBuf};

use ganforge_core::{AtomicFile, Sink};

use crate::error::InferError;

/// An [`AtomicFile`] whose errors name its path.
#[derive(Debug)]
pub struct OutputFile {
    file: AtomicFile,
    path: PathBuf,
}

impl OutputFile {
    /// Creates the file under a temporary name, and its folder if that is missing.
    pub fn create(path: &Path) -> Result<Self, InferError> {
        let file = AtomicFile::create(path).map_err(|source| InferError::io(path, source))?;
        Ok(Self {
            file,
            path: path.to_owned(),
        })
    }

    /// A writer for an encoder.
    pub fn sink(&self) -> Sink {
        self.file.sink()
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<(), InferError> {
        let written = self.file.write_all(bytes);
        written.map_err(|source| InferError::io(&self.path, source))
    }

    /// Waits until the bytes are on the disk, then gives the file its final name.
    pub fn commit(self) -> Result<(), InferError> {
        let committed = self.file.commit();
        committed.map_err(|source| InferError::io(&self.path, source))
    }

    /// Gives the file its final name without waiting for the disk.
    pub fn commit_unsynced(self) -> Result<(), InferError> {
        let committed = self.file.commit_unsynced();
        committed.map_err(|source| InferError::io(&self.path, source))
    }
}
