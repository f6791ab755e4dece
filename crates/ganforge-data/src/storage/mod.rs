//! Where the values of a dataset are kept: in memory as bytes or points, in their files, or as digits that are stacked on access.

mod encoded_files;
mod stacked_digits;

use ganforge_core::ImageShape;
use sha2::{Digest, Sha256};

use crate::error::DataError;
pub(crate) use encoded_files::EncodedFiles;
pub(crate) use stacked_digits::StackedDigits;

/// The values of a dataset.
pub(crate) enum Storage {
    /// Every image as bytes, `[image, channels, height, width]`, from 0 (black) to `white_level`.
    Pixels { bytes: Vec<u8>, white_level: u8 },
    /// Coordinates, not scaled.
    Points(Vec<[f32; 2]>),
    /// Image files that are decoded at every access.
    Files(EncodedFiles),
    /// Grey digits that are stacked into RGB images at every access.
    Stacked(StackedDigits),
}

impl Storage {
    /// Number of images of this shape.
    pub(crate) fn len(&self, shape: ImageShape) -> usize {
        match self {
            Self::Pixels { bytes, .. } => bytes.len() / shape.values(),
            Self::Points(points) => points.len(),
            Self::Files(files) => files.len(),
            Self::Stacked(stacked) => stacked.len(),
        }
    }

    /// The `count` images from index `first` on, which must exist.
    pub(crate) fn slice(self, shape: ImageShape, first: usize, count: usize) -> Self {
        let range = first..first + count;
        match self {
            Self::Pixels {
                mut bytes,
                white_level,
            } => {
                let values = shape.values();
                bytes.truncate(range.end * values);
                bytes.drain(..range.start * values);
                Self::Pixels { bytes, white_level }
            }
            Self::Points(points) => Self::Points(points[range].to_vec()),
            Self::Files(files) => Self::Files(files.slice(first, count)),
            Self::Stacked(stacked) => Self::Stacked(stacked.slice(first, count)),
        }
    }

    /// Writes image `index` into `out`, which has the length of one image.
    pub(crate) fn read(&self, index: usize, out: &mut [f32]) -> Result<(), DataError> {
        match self {
            Self::Pixels { bytes, white_level } => {
                to_floats(&bytes[index * out.len()..][..out.len()], *white_level, out);
            }
            Self::Points(points) => out.copy_from_slice(&points[index]),
            Self::Files(files) => {
                let mut bytes = vec![0; out.len()];
                files.read(index, &mut bytes)?;
                to_floats(&bytes, u8::MAX, out);
            }
            Self::Stacked(stacked) => {
                let mut bytes = vec![0; out.len()];
                stacked.read(index, &mut bytes);
                to_floats(&bytes, stacked.white_level(), out);
            }
        }
        Ok(())
    }

    /// Feeds everything that determines the values to `hash`.
    pub(crate) fn hash_into(&self, hash: &mut Sha256) {
        match self {
            Self::Pixels { bytes, white_level } => {
                hash.update([*white_level]);
                hash.update(bytes);
            }
            Self::Points(points) => {
                for coordinate in points.iter().flatten() {
                    hash.update(coordinate.to_le_bytes());
                }
            }
            Self::Files(files) => hash.update(files.identity()),
            Self::Stacked(stacked) => stacked.hash_into(hash),
        }
    }
}

/// `length` zero bytes; an error if the system cannot allocate them.
pub(crate) fn allocate_bytes(length: usize) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    bytes
        .try_reserve_exact(length)
        .map_err(|_| DataError::NoMemory { bytes: length })?;
    bytes.resize(length, 0);
    Ok(bytes)
}

/// The linear map from bytes to floats that takes 0 to exactly -1 and `white_level` to exactly 1.
pub(crate) fn to_floats(bytes: &[u8], white_level: u8, out: &mut [f32]) {
    let white = f32::from(white_level);
    for (value, &byte) in out.iter_mut().zip(bytes) {
        *value = f32::from(byte) * 2.0 / white - 1.0;
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the values must be exact")]
mod tests {
    use super::*;

    #[test]
    fn black_and_white_are_exactly_minus_one_and_one() {
        let mut out = [0.0; 3];
        to_floats(&[0, 8, 16], 16, &mut out);
        assert_eq!(out, [-1.0, 0.0, 1.0]);
        to_floats(&[0, 51, 255], 255, &mut out);
        assert_eq!(out, [-1.0, -0.6, 1.0]);
    }

    #[test]
    fn every_byte_is_recovered_from_its_float() {
        let bytes: Vec<u8> = (0..=255).collect();
        let mut out = [0.0; 256];
        to_floats(&bytes, 255, &mut out);
        let recovered: Vec<f32> = out.iter().map(|x| ((x + 1.0) * 127.5).round()).collect();
        let mut pairs = bytes.iter().zip(recovered);
        assert!(pairs.all(|(&byte, x)| f32::from(byte) == x));
    }
}
