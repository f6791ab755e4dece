//! The lock of a run directory, which only one process may train in at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::error::TrainError;

/// The name of the locked file inside a run directory.
const FILE: &str = ".lock";

/// Number of attempts if another process removes the lock file at the same moment.
const ATTEMPTS: usize = 100;

/// The lock of a run. The operating system releases it when the process ends in any way; dropping it also removes the file.
#[derive(Debug)]
pub struct RunLock {
    path: PathBuf,
    /// The locked file; `None` on file systems without locks, where training continues unlocked.
    _file: Option<File>,
}

impl RunLock {
    /// Locks the run in the existing `folder`.
    ///
    /// # Errors
    /// If another process trains in the run, with its process id; if the folder is not writable.
    pub fn acquire(folder: &Path) -> Result<Self, TrainError> {
        let path = folder.join(FILE);
        for _ in 0..ATTEMPTS {
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)
                .map_err(|source| TrainError::io(&path, source))?;
            match file.try_lock() {
                Ok(()) if is_at(&file, &path) => {
                    note_process(&mut file);
                    return Ok(Self {
                        path,
                        _file: Some(file),
                    });
                }
                // The process that held this file has removed it since it was opened.
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(TrainError::InUse {
                        path: folder.to_owned(),
                        process: noted_process(&mut file),
                    });
                }
                Err(TryLockError::Error(error)) => {
                    log::warn!("{}: not locked: {error}", path.display());
                    return Ok(Self { path, _file: None });
                }
            }
        }
        Err(TrainError::InUse {
            path: folder.to_owned(),
            process: None,
        })
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // Removed while still locked, so that no other process's file is removed. A remaining file is harmless.
        let _ = fs::remove_file(&self.path);
    }
}

/// Writes the id of this process into the file, for the error message of others.
fn note_process(file: &mut File) {
    // A full disk must not prevent resuming a run: the lock works without the process id.
    let _ = file
        .set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| write!(file, "{}", std::process::id()));
}

fn noted_process(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(20).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// Whether `path` is still the opened file.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let opened = file.metadata().map(|it| (it.dev(), it.ino()));
    let named = fs::metadata(path).map(|it| (it.dev(), it.ino()));
    matches!((opened, named), (Ok(opened), Ok(named)) if opened == named)
}

/// On other systems an open file cannot be replaced.
#[cfg(not(unix))]
fn is_at(_file: &File, _path: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_lock_reports_the_process_and_a_released_one_can_be_taken() {
        let home = tempfile::tempdir().unwrap();
        let first = RunLock::acquire(home.path()).unwrap();
        let error = RunLock::acquire(home.path()).unwrap_err().to_string();
        assert!(error.contains(&std::process::id().to_string()), "{error}");
        drop(first);
        assert!(!home.path().join(FILE).exists());
        drop(RunLock::acquire(home.path()).unwrap());
    }

    #[test]
    fn the_file_of_a_killed_process_is_not_a_lock() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join(FILE), "1").unwrap();
        drop(RunLock::acquire(home.path()).unwrap());
    }
}
