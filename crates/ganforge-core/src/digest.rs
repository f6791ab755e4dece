//! SHA-256 digests as text.

use sha2::Digest;

/// The first `bytes` bytes of a finished digest as lower-case hexadecimal digits, two per byte; all of it where `bytes`
/// exceeds its length.
///
/// ```
/// use sha2::{Digest, Sha256};
/// let digest = ganforge_core::hex_digest(Sha256::new().chain_update(b"abc"), 4);
/// assert_eq!(digest, "ba7816bf");
/// ```
#[must_use]
pub fn hex_digest(digest: impl Digest, bytes: usize) -> String {
    let digest = digest.finalize();
    hex::encode(&digest[..bytes.min(digest.len())])
}
