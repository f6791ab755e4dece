//! Files that are complete or absent: written beside their place, and renamed into it at the end.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::InferError;

/// A file under a temporary name, in the folder of its final one. Dropped before it is complete, it is removed.
#[derive(Debug)]
pub struct PartialFile {
    sink: Sink,
    partial: PathBuf,
    path: PathBuf,
}

impl PartialFile {
    /// Makes the file, and its folder where that is missing.
    ///
    /// # Errors
    /// What the file system says, by the final path: nothing can be written there.
    pub fn create(path: &Path) -> Result<Self, InferError> {
        let failed = |source| InferError::io(path, source);
        if path.file_name().is_none() {
            return Err(failed(ErrorKind::InvalidFilename.into()));
        }
        // Renaming would say so, after all the work.
        if path.is_dir() {
            return Err(failed(ErrorKind::IsADirectory.into()));
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        if !folder.as_os_str().is_empty() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let partial = folder.join(temporary_name());
        let file = File::create(&partial).map_err(failed)?;
        Ok(Self {
            sink: Sink {
                file: Arc::new(file),
                failure: Arc::default(),
            },
            partial,
            path: path.to_owned(),
        })
    }

    /// Where to write; all sinks of a file write one after the other.
    pub fn sink(&self) -> Sink {
        self.sink.clone()
    }

    /// Writes the last of `bytes`.
    ///
    /// # Errors
    /// What the file system says, by the final path.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), InferError> {
        let written = self.sink.write_all(bytes);
        written.map_err(|source| InferError::io(&self.path, source))
    }

    /// Waits until the bytes are on the disk, then gives the file its final name in place of an older one.
    ///
    /// # Errors
    /// What the file system says now, or said to a write whose error was lost; by the final path.
    pub fn keep_on_disk(self) -> Result<(), InferError> {
        let synced = self.sink.file.sync_all();
        synced.map_err(|source| InferError::io(&self.path, source))?;
        self.keep()
    }

    /// Gives the file its final name in place of an older one. A loss of power soon after may leave it empty.
    ///
    /// # Errors
    /// As [`keep_on_disk`](Self::keep_on_disk).
    pub fn keep(self) -> Result<(), InferError> {
        let failure = self.sink.failure.lock();
        let failure = failure.unwrap_or_else(PoisonError::into_inner).take();
        let renamed = failure.map_or_else(|| fs::rename(&self.partial, &self.path), Err);
        renamed.map_err(|source| InferError::io(&self.path, source))
    }
}

impl Drop for PartialFile {
    fn drop(&mut self) {
        // Renamed, it is not there; and a failure to remove it adds nothing to the failure that left it unfinished.
        let _ = fs::remove_file(&self.partial);
    }
}

/// Writes to a [`PartialFile`], which hears of every failure: encoders lose those of their last bytes.
#[derive(Debug, Clone)]
pub struct Sink {
    file: Arc<File>,
    failure: Arc<Mutex<Option<io::Error>>>,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.file.write(bytes);
        if let Err(error) = &result
            && error.kind() != ErrorKind::Interrupted
        {
            // An error cannot be cloned; its number can.
            let copy = error
                .raw_os_error()
                .map_or_else(|| error.kind().into(), io::Error::from_raw_os_error);
            let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
            failure.get_or_insert(copy);
        }
        result
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A name of its own for every file of every process.
fn temporary_name() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!(".ganforge-{}-{count}.partial", std::process::id())
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    fn names(folder: &Path) -> Vec<OsString> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name()).collect()
    }

    fn write(path: &Path, bytes: &[u8]) -> Result<(), InferError> {
        let mut file = PartialFile::create(path)?;
        file.write(bytes)?;
        file.keep_on_disk()
    }

    #[test]
    fn a_file_replaces_an_older_one_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/x.bin");
        write(&path, b"old").unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(path.parent().unwrap()), ["x.bin"]);
    }

    #[test]
    fn a_file_that_is_not_kept_leaves_the_older_one_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.bin");
        write(&path, b"old").unwrap();
        let mut file = PartialFile::create(&path).unwrap();
        file.write(b"half").unwrap();
        assert_eq!(names(folder.path()).len(), 2);
        drop(file);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["x.bin"]);
    }

    #[test]
    fn a_file_in_the_place_of_a_folder_is_refused_before_anything_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir_all(path.join("by a folder")).unwrap();
        let error = PartialFile::create(&path).unwrap_err();
        assert!(error.to_string().contains("taken"), "{error}");
        assert_eq!(names(folder.path()), ["taken"]);
    }

    #[test]
    fn a_failure_that_an_encoder_lost_is_told_in_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.bin");
        let file = PartialFile::create(&path).unwrap();
        file.sink
            .failure
            .lock()
            .unwrap()
            .replace(ErrorKind::StorageFull.into());
        let error = file.keep_on_disk().unwrap_err();
        assert!(error.to_string().contains("x.bin"), "{error}");
        assert!(names(folder.path()).is_empty());
    }
}
