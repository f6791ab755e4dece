//! Text files of bounded size, since a path may name a film or a device without an end.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

/// Bytes of a recipe or of figures at most, far more than any needs.
const MOST: u64 = 16 << 20;

/// Reads a text file of up to 16 MiB.
///
/// # Errors
/// Whatever the file system refuses, a longer file, or one that is not UTF-8.
pub fn read_text(path: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST {
        let longer = format!("this file is longer than {MOST} bytes, so it is another one");
        return Err(Error::new(ErrorKind::FileTooLarge, longer));
    }
    String::from_utf8(bytes)
        .map_err(|_| Error::new(ErrorKind::InvalidData, "this is not UTF-8 text"))
}
