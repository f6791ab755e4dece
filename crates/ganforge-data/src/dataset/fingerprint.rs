//! Identifies data, so that a resumed run or an evaluation can check that it reads the same.

use ganforge_core::{ImageShape, hex_digest};
use sha2::{Digest, Sha256};

use crate::storage::Storage;

/// The first 16 hexadecimal digits of a SHA-256 over shape, labels and values.
pub(super) fn fingerprint(shape: ImageShape, storage: &Storage, labels: Option<&[u32]>) -> String {
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
    storage.hash_into(&mut hash);
    hex_digest(hash, 8)
}
