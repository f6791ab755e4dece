//! Atomic file writes: a crash leaves the old content or the new, never a part of either.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Replaces the content of the file at `path`, which is created where it is missing.
///
/// # Errors
/// What the file system refuses; the old content is untouched then.
pub fn atomic_write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = AtomicFile::create(path)?;
    file.write_all(bytes)?;
    file.commit()
}

/// Writes a new file, which need not be atomic, and waits until it is on the disk.
///
/// # Errors
/// What the file system refuses.
pub fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Waits until the entries of a folder, such as a new name or a rename in it, are on the disk.
///
/// # Errors
/// What the file system refuses.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    // Only Unix can open a folder to flush it; other systems keep an order of their own.
    if cfg!(unix) {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Waits until the name of the file or folder at `path` is on the disk.
///
/// # Errors
/// What the file system refuses.
pub fn sync_parent(path: &Path) -> io::Result<()> {
    sync_folder(parent(path))
}

/// A file under a temporary name in the folder of its final one, which [`commit`](Self::commit) gives it. A file that is
/// dropped before that is removed.
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("report.html");
/// use std::io::Write;
/// let mut file = ganforge_core::AtomicFile::create(&path)?;
/// file.write_all(b"<html>")?;
/// assert!(!path.exists());
/// file.commit()?;
/// assert_eq!(std::fs::read(&path)?, b"<html>");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct AtomicFile {
    sink: Sink,
    temporary: PathBuf,
    path: PathBuf,
}

impl AtomicFile {
    /// Creates the file, and its folder where that is missing.
    ///
    /// # Errors
    /// What the file system refuses: nothing can be written at `path`.
    pub fn create(path: &Path) -> io::Result<Self> {
        if path.file_name().is_none() {
            return Err(ErrorKind::InvalidFilename.into());
        }
        // The rename would fail for the same reason, after all the work.
        if path.is_dir() {
            return Err(ErrorKind::IsADirectory.into());
        }
        let folder = parent(path);
        if !folder.as_os_str().is_empty() {
            fs::create_dir_all(folder)?;
        }
        let temporary = folder.join(temporary_name());
        let file = File::create(&temporary)?;
        Ok(Self {
            sink: Sink {
                file: Arc::new(file),
                failure: Arc::default(),
            },
            temporary,
            path: path.to_owned(),
        })
    }

    /// True for the name that a file has before it is [committed](Self::commit): a process that was killed leaves it.
    #[must_use]
    pub fn is_temporary(path: &Path) -> bool {
        let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let name = path.file_name().and_then(|name| name.to_str());
        let numbers = name
            .and_then(|name| name.strip_prefix(".ganforge-"))
            .and_then(|name| name.strip_suffix(".partial"))
            .and_then(|name| name.split_once('-'));
        numbers.is_some_and(|(process, count)| number(process) && number(count))
    }

    /// A writer for an encoder that takes one by value. All sinks of a file append to the same bytes.
    #[must_use]
    pub fn sink(&self) -> Sink {
        self.sink.clone()
    }

    /// Waits until the bytes are on the disk, then gives the file its final name in place of an older one.
    ///
    /// # Errors
    /// What the file system refuses now, or refused a write whose error the encoder discarded.
    pub fn commit(self) -> io::Result<()> {
        self.check()?;
        self.sink.file.sync_all()?;
        fs::rename(&self.temporary, &self.path)?;
        sync_parent(&self.path)
    }

    /// As [`commit`](Self::commit) without waiting for the disk, for thousands of files that can be made again: a loss of
    /// power soon after may leave the file empty.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    pub fn commit_unsynced(self) -> io::Result<()> {
        self.check()?;
        fs::rename(&self.temporary, &self.path)
    }

    /// Fails if a write failed and the encoder discarded its error.
    fn check(&self) -> io::Result<()> {
        let failure = self.sink.failure.lock();
        let failure = failure.unwrap_or_else(PoisonError::into_inner).take();
        failure.map_or(Ok(()), Err)
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sink.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        // After a commit it is gone; and a failure to remove it adds nothing to the failure that left it incomplete.
        let _ = fs::remove_file(&self.temporary);
    }
}

/// Writes to an [`AtomicFile`] and records the first failure, since encoders may discard that of their last bytes.
#[derive(Debug, Clone)]
pub struct Sink {
    file: Arc<File>,
    failure: Arc<Mutex<Option<io::Error>>>,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.file.as_ref().write(bytes);
        if let Err(error) = &result
            && error.kind() != ErrorKind::Interrupted
        {
            // An error cannot be cloned; its code can.
            let copy = error
                .raw_os_error()
                .map_or_else(|| error.kind().into(), io::Error::from_raw_os_error);
            let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
            failure.get_or_insert(copy);
        }
        result
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_ref().flush()
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

/// Different for every file of every process.
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

    #[test]
    fn a_file_replaces_an_older_one_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/x.bin");
        atomic_write(&path, b"old").unwrap();
        atomic_write(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(path.parent().unwrap()), ["x.bin"]);
    }

    #[test]
    fn a_file_that_is_not_committed_leaves_the_older_one_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.bin");
        atomic_write(&path, b"old").unwrap();
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"half").unwrap();
        assert_eq!(names(folder.path()).len(), 2);
        drop(file);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["x.bin"]);
    }

    #[test]
    fn only_temporary_names_count_as_such() {
        assert!(AtomicFile::is_temporary(Path::new(
            "x/.ganforge-4711-2.partial"
        )));
        for name in [
            "1280.png",
            "a.partial",
            ".a.png.partial",
            ".ganforge-a.partial",
        ] {
            assert!(!AtomicFile::is_temporary(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn a_path_that_is_a_folder_is_refused_before_anything_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir_all(path.join("subfolder")).unwrap();
        let error = AtomicFile::create(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::IsADirectory);
        assert_eq!(names(folder.path()), ["taken"]);
    }

    #[test]
    fn a_failure_that_an_encoder_discarded_is_reported_by_commit() {
        let folder = tempfile::tempdir().unwrap();
        let file = AtomicFile::create(&folder.path().join("x.bin")).unwrap();
        let failure = &file.sink.failure;
        failure
            .lock()
            .unwrap()
            .replace(ErrorKind::StorageFull.into());
        assert_eq!(file.commit().unwrap_err().kind(), ErrorKind::StorageFull);
        assert!(names(folder.path()).is_empty());
    }
}
