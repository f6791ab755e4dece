//! `metrics.jsonl`: one JSON object per tick.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::error::TrainError;
use crate::telemetry::Reading;
use ganforge_core::atomic_write;

/// Appends a line.
pub(super) fn append(path: &Path, reading: &Reading) -> Result<(), TrainError> {
    let mut line = serde_json::to_string(reading)
        .map_err(|error| TrainError::io(path, std::io::Error::other(error)))?;
    line.push('\n');
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .and_then(|mut file| file.write_all(line.as_bytes()))
        .map_err(|source| TrainError::io(path, source))
}

/// Removes the lines of ticks after `images`, which a resumed run writes again. Unreadable lines before them are kept and returned as warnings; an
/// incomplete last line is removed.
pub(super) fn keep_until(path: &Path, images: u64) -> Result<Vec<String>, TrainError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(TrainError::io(path, source)),
    };
    let mut kept = Vec::new();
    let mut warnings = Vec::new();
    for (index, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
        match serde_json::from_slice::<Reading>(line) {
            Ok(reading) if reading.images <= images => {}
            Ok(_) => break,
            Err(_) if !line.ends_with(b"\n") => break,
            Err(_) if line.trim_ascii().is_empty() => {}
            Err(error) => warnings.push(format!(
                "{}: line {} cannot be read ({error}); it stays as it is",
                path.display(),
                index + 1
            )),
        }
        kept.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            kept.push(b'\n');
        }
    }
    if kept != bytes {
        atomic_write(path, &kept).map_err(|source| TrainError::io(path, source))?;
    }
    Ok(warnings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(images: u64) -> String {
        let reading = Reading {
            images,
            ..Reading::default()
        };
        serde_json::to_string(&reading).unwrap() + "\n"
    }

    /// The remaining file, and the number of warnings.
    fn left(text: &[u8], images: u64) -> (Vec<u8>, usize) {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("metrics.jsonl");
        fs::write(&path, text).unwrap();
        let warnings = keep_until(&path, images).unwrap();
        (fs::read(&path).unwrap(), warnings.len())
    }

    #[test]
    fn lines_after_the_checkpoint_are_removed() {
        let all = line(10) + &line(20) + &line(30);
        let kept = line(10) + &line(20);
        assert_eq!(left(all.as_bytes(), 20), (kept.clone().into_bytes(), 0));
        let torn = kept.clone() + &line(30)[..9];
        assert_eq!(left(torn.as_bytes(), 30), (kept.into_bytes(), 0));
    }

    #[test]
    fn a_damaged_line_is_kept_with_a_warning() {
        let mut all = line(10).into_bytes();
        all.extend(b"{\"images\": 1\xff\n");
        all.extend(line(20).as_bytes());
        let whole = all.clone();
        all.extend(line(30).as_bytes());
        assert_eq!(left(&all, 20), (whole, 1));
    }

    #[test]
    fn a_last_line_without_its_newline_gets_one() {
        let all = line(10) + &line(20);
        let kept = left(all.trim_end().as_bytes(), 20);
        assert_eq!(kept, (all.into_bytes(), 0));
    }

    #[test]
    fn a_missing_file_is_not_an_error() {
        let home = tempfile::tempdir().unwrap();
        assert!(keep_until(&home.path().join("none"), 1).unwrap().is_empty());
    }
}
