//! Files that are whole or absent.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use crate::InferError;

/// Writes `bytes` next to `path` and renames them into place, so that an interrupted write leaves what was
/// there before; the folder is made where it is missing.
pub fn write_aside(path: &Path, bytes: &[u8]) -> Result<(), InferError> {
    let failed = |source| InferError::Io {
        path: path.to_owned(),
        source,
    };
    let Some(name) = path.file_name() else {
        return Err(failed(std::io::ErrorKind::InvalidFilename.into()));
    };
    let folder = path.parent().unwrap_or(Path::new(""));
    if !folder.as_os_str().is_empty() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    // The process id keeps two runs that write the same file out of each other's way.
    let mut partial = OsString::from(".");
    partial.push(name);
    partial.push(format!(".{}.partial", std::process::id()));
    let partial = folder.join(partial);
    let written = fs::write(&partial, bytes).and_then(|()| fs::rename(&partial, path));
    written.map_err(|source| {
        // What could not be finished is of no use, and a failure to remove it adds nothing to the first.
        let _ = fs::remove_file(&partial);
        failed(source)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<OsString> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name()).collect()
    }

    #[test]
    fn a_file_replaces_an_older_one_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/x.bin");
        write_aside(&path, b"old").unwrap();
        write_aside(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(path.parent().unwrap()), ["x.bin"]);
    }

    #[test]
    fn a_write_that_fails_names_the_file_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir_all(path.join("by a folder")).unwrap();
        let error = write_aside(&path, b"bytes").unwrap_err();
        assert!(error.to_string().contains("taken"), "{error}");
        assert_eq!(names(folder.path()), ["taken"]);
    }
}
