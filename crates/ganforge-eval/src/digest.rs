//! SHA-256, by which a file and a set of images are known again.

use sha2::{Digest as _, Sha256};

/// Two digits a byte.
pub fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or('?');
    let pair = |&byte: &u8| [digit(byte >> 4), digit(byte & 15)];
    bytes.iter().flat_map(pair).collect()
}

/// The first half of a digest: thirty-two digits, enough to tell sets of images apart.
pub fn half(hash: Sha256) -> String {
    hexadecimal(&hash.finalize()[..16])
}
