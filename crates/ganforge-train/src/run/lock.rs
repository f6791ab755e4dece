//! One process trains in a run directory at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::error::TrainError;

/// The name of the locked file inside a run directory.
const FILE: &str = ".lock";

/// How often a lock file that another process removes in the same moment is made again.
const ATTEMPTS: usize = 100;

/// Held while a run is trained on. The system releases it when the process ends, however it ends; the file itself goes when this is dropped.
#[derive(Debug)]
pub struct RunLock {
    path: PathBuf,
    /// Keeps the lock. A file system that has no locks gives none, and training goes on without.
    _file: Option<File>,
}

impl RunLock {
    /// Locks the run in `folder`, which exists.
    ///
    /// # Errors
    /// A run that another process trains on, with that process's id; a folder that cannot be written to.
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
        // Removed while it is still locked, so that nobody else's file goes. One that stays behind does no harm.
        let _ = fs::remove_file(&self.path);
    }
}

/// Writes the id of this process into the file, for the message of the next one.
fn note_process(file: &mut File) {
    // A disk that is full must not keep a run from being resumed: the lock holds without the note.
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

/// Whether `path` still names the file that was opened.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let opened = file.metadata().map(|it| (it.dev(), it.ino()));
    let named = fs::metadata(path).map(|it| (it.dev(), it.ino()));
    matches!((opened, named), (Ok(opened), Ok(named)) if opened == named)
}

/// Elsewhere a file that is open cannot be replaced.
#[cfg(not(unix))]
fn is_at(_file: &File, _path: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_lock_names_the_process_and_a_released_one_can_be_had_again() {
        let home = tempfile::tempdir().unwrap();
        let first = RunLock::acquire(home.path()).unwrap();
        let error = RunLock::acquire(home.path()).unwrap_err().to_string();
        assert!(error.contains(&std::process::id().to_string()), "{error}");
        drop(first);
        assert!(!home.path().join(FILE).exists());
        drop(RunLock::acquire(home.path()).unwrap());
    }

    #[test]
    fn a_file_left_by_a_process_that_was_killed_is_no_lock() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join(FILE), "1").unwrap();
        drop(RunLock::acquire(home.path()).unwrap());
    }
}
