//! Writing files so that a crash leaves the old content or the new, never half of either.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::TrainError;

/// Replaces a file's content: written aside, flushed to the disk, then renamed over the old one.
///
/// # Errors
/// Whatever the file system refuses; the old content is untouched then.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), TrainError> {
    let aside = aside(path);
    let written = write_through(&aside, bytes)
        .and_then(|()| fs::rename(&aside, path))
        .and_then(|()| sync_folder(path));
    written.map_err(|source| {
        // What could not be finished must not fill the disk further.
        let _ = fs::remove_file(&aside);
        io_error(path, source)
    })
}

/// Writes a new file and waits until it is on the disk.
pub(crate) fn write_through(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Waits until a rename or a new name in the folder that holds `path` is on the disk.
pub(crate) fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => sync(Path::new(".")),
        Some(folder) => sync(folder),
        None => Ok(()),
    }
}

/// Waits until the entries of a folder are on the disk.
pub(crate) fn sync(folder: &Path) -> std::io::Result<()> {
    // Only Unix can open a folder to flush it; elsewhere the system keeps its own order.
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

pub(crate) fn io_error(path: &Path, source: std::io::Error) -> TrainError {
    TrainError::Io {
        path: path.to_owned(),
        source,
    }
}

fn aside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    path.with_file_name(name)
}
