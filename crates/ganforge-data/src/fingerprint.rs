//! The identity of data, so that a resumed run or an evaluation can tell that it sees the same.

use sha2::{Digest, Sha256};

use crate::ImageShape;
use crate::content::Content;

/// The first 16 hexadecimal digits of a SHA-256 over shape, labels and content.
pub(crate) fn fingerprint(shape: ImageShape, content: &Content, labels: Option<&[u32]>) -> String {
    let mut hash = Sha256::new();
    hash.update(shape.to_string());
    match labels {
        None => hash.update(b" unlabelled "),
        Some(labels) => {
            hash.update(b" labelled ");
            for label in labels {
                hash.update(label.to_le_bytes());
            }
        }
    }
    match content {
        Content::Pixels { bytes, white } => {
            hash.update([*white]);
            hash.update(bytes);
        }
        Content::Points(points) => {
            for coordinate in points.iter().flatten() {
                hash.update(coordinate.to_le_bytes());
            }
        }
        Content::Files(files) => hash.update(files.identity()),
        Content::Stacked(stacked) => stacked.identify(&mut hash),
    }
    hexadecimal(&hash.finalize()[..8])
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or('?');
    let pair = |&byte: &u8| [digit(byte >> 4), digit(byte & 15)];
    bytes.iter().flat_map(pair).collect()
}
