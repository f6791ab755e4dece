//! The one file of weights there is, and how it is known.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use ganforge_core::hex_digest;
use sha2::{Digest as _, Sha256};

/// The file's name. The digits after the date are the first of its digest: whoever released it put them there.
pub const INCEPTION_FILE: &str = "pt_inception-2015-12-05-6726825d.pth";

/// SHA-256 of the file, in hexadecimal: part of the protocol of a figure that was measured with it.
pub const INCEPTION_SHA256: &str =
    "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2";

/// Where the file comes from.
const REMEDY: &str = "`ganforge data fetch inception` brings it";

/// Refuses any file but the released one.
///
/// # Errors
/// What is wrong with the file, and what to do.
pub(super) fn check(path: &Path) -> Result<(), String> {
    let place = path.display();
    match sha256(path) {
        Ok(found) if found == INCEPTION_SHA256 => Ok(()),
        Ok(found) => Err(format!(
            "{place} has the SHA-256 {found} and not {INCEPTION_SHA256}: it is damaged or another file; {REMEDY} anew"
        )),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(format!("{place} is not there; {REMEDY}"))
        }
        Err(error) => Err(format!("{place} cannot be read: {error}")),
    }
}

fn sha256(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let (mut hash, mut block) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut block)? {
            0 => break,
            read => hash.update(&block[..read]),
        }
    }
    Ok(hex_digest(hash, 32))
}
