//! Latents of images as raw floats.

use std::path::Path;

use crate::error::InferError;
use crate::writer::{OutputFile, header, to_bytes};

/// Latents, `[count, dimension]`.
///
/// ```
/// use ganforge_infer::Codes;
///
/// let codes = Codes::new(2, vec![0.0; 6])?;
/// assert_eq!(codes.count(), 3);
/// # Ok::<(), ganforge_infer::InferError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Codes {
    data: Vec<f32>,
    dimension: usize,
}

impl Codes {
    /// Takes `count · dimension` values.
    ///
    /// # Errors
    /// [`InferError::NotWholeRows`] if they do not divide into latents.
    pub fn new(dimension: usize, data: Vec<f32>) -> Result<Self, InferError> {
        if dimension == 0 || !data.len().is_multiple_of(dimension) {
            return Err(InferError::NotWholeRows {
                numbers: data.len(),
                row: dimension,
            });
        }
        Ok(Self { data, dimension })
    }

    /// Number of latents.
    #[must_use]
    pub fn count(&self) -> usize {
        self.data.len() / self.dimension
    }

    /// Coordinates per latent.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// All values, `[count, dimension]`.
    #[must_use]
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    /// Iterates over the latents, each `[dimension]`.
    pub fn iter(&self) -> std::slice::ChunksExact<'_, f32> {
        self.data.chunks_exact(self.dimension)
    }

    /// Appends latents of the same dimension.
    ///
    /// # Errors
    /// [`InferError::NotWholeRows`] if the dimensions differ.
    pub fn extend(&mut self, other: &Self) -> Result<(), InferError> {
        if other.dimension != self.dimension {
            return Err(InferError::NotWholeRows {
                numbers: other.dimension,
                row: self.dimension,
            });
        }
        self.data.extend(&other.data);
        Ok(())
    }

    /// The values as a numpy array `[count, dimension]` of little-endian 32-bit floats.
    #[must_use]
    pub fn to_npy_bytes(&self) -> Vec<u8> {
        let mut bytes = header(&[self.count(), self.dimension]);
        bytes.reserve_exact(size_of_val(self.data()));
        bytes.extend(to_bytes(&self.data));
        bytes
    }

    /// Writes [`to_npy_bytes`](Self::to_npy_bytes) to a file, atomically.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_npy(&self, path: impl AsRef<Path>) -> Result<(), InferError> {
        let mut file = OutputFile::create(path.as_ref())?;
        file.write(&self.to_npy_bytes())?;
        file.commit()
    }
}

impl<'a> IntoIterator for &'a Codes {
    type Item = &'a [f32];
    type IntoIter = std::slice::ChunksExact<'a, f32>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_equal_those_of_numpy() {
        // numpy.save of float32 [[0, 1.5], [-1, 0]], NumPy 2.4.
        let codes = Codes::new(2, vec![0.0, 1.5, -1.0, 0.0]).unwrap();
        let mut expected = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
        expected.extend(b"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }");
        expected.extend([b' '; 58]);
        expected.extend(b"\n\x00\x00\x00\x00\x00\x00\xc0\x3f\x00\x00\x80\xbf\x00\x00\x00\x00");
        assert_eq!(codes.to_npy_bytes(), expected);
    }

    #[test]
    fn numbers_that_are_no_latents_are_refused() {
        assert!(Codes::new(2, vec![0.0; 3]).is_err());
        assert!(Codes::new(0, Vec::new()).is_err());
        let mut codes = Codes::new(2, vec![0.0; 2]).unwrap();
        assert!(codes.extend(&Codes::new(1, vec![0.0; 2]).unwrap()).is_err());
    }
}
