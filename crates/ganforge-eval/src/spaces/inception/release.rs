//! The released file of weights, verified by its digest.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use ganforge_core::hex_digest;
use sha2::{Digest as _, Sha256};

/// The name of the file. It ends with the first digits of its SHA-256.
pub const INCEPTION_FILE: &str = "pt_inception-2015-12-05-6726825d.pth";

/// SHA-256 of the file, in hexadecimal. It is part of the protocol of a figure.
pub const INCEPTION_SHA256: &str =
    "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2";

/// How to get the file.
const REMEDY: &str = "`ganforge data fetch inception` downloads it";

/// Fails unless the file is the released one.
///
/// # Errors
/// What is wrong with the file, and what to do.
pub(super) fn check(path: &Path) -> Result<(), String> {
    let place = path.display();
    match sha256(path) {
        Ok(found) if found == INCEPTION_SHA256 => Ok(()),
        Ok(found) => Err(format!(
            "{place} has the SHA-256 {found} and not {INCEPTION_SHA256}: it is damaged or another file; {REMEDY} again"
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
