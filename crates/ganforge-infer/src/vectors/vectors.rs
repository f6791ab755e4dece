//! Vectors of one dimension as raw floats.

use std::path::Path;

use super::read_npy::read_npy;
use crate::error::InferError;
use crate::writer::{OutputFile, header, to_bytes};

/// Vectors of one dimension, `[count, dimension]`: latents, or features of images.
///
/// ```
/// use ganforge_infer::Vectors;
///
/// let vectors = Vectors::new(2, vec![0.0; 6])?;
/// assert_eq!(vectors.count(), 3);
/// # Ok::<(), ganforge_infer::InferError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Vectors {
    data: Vec<f32>,
    dimension: usize,
}

impl Vectors {
    /// Takes `count · dimension` values.
    ///
    /// # Errors
    /// [`InferError::NotWholeRows`] if they do not divide into vectors.
    pub fn new(dimension: usize, data: Vec<f32>) -> Result<Self, InferError> {
        if dimension == 0 || !data.len().is_multiple_of(dimension) {
            return Err(InferError::NotWholeRows {
                numbers: data.len(),
                row: dimension,
            });
        }
        Ok(Self { data, dimension })
    }

    /// Number of vectors.
    #[must_use]
    pub fn count(&self) -> usize {
        self.data.len() / self.dimension
    }

    /// Coordinates per vector.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// All values, `[count, dimension]`.
    #[must_use]
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    /// Vector `index`.
    ///
    /// # Panics
    /// If the index is out of range.
    #[must_use]
    pub fn row(&self, index: usize) -> &[f32] {
        &self.data[index * self.dimension..][..self.dimension]
    }

    /// The vectors of these indices, in their order.
    ///
    /// # Panics
    /// If an index is out of range.
    #[must_use]
    pub fn select(&self, indices: impl IntoIterator<Item = usize>) -> Self {
        let rows = indices.into_iter().flat_map(|index| self.row(index));
        Self {
            data: rows.copied().collect(),
            dimension: self.dimension,
        }
    }

    /// Iterates over the vectors, each `[dimension]`.
    pub fn iter(&self) -> std::slice::ChunksExact<'_, f32> {
        self.data.chunks_exact(self.dimension)
    }

    /// Appends vectors of the same dimension.
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

    /// Reads a numpy array `[count, dimension]` of 32-bit floats, as [`to_npy_bytes`](Self::to_npy_bytes) and `numpy.save` write it.
    ///
    /// # Errors
    /// The bytes are no such array, or have other types, dimensions or an order of columns first.
    pub fn from_npy_bytes(bytes: &[u8]) -> Result<Self, InferError> {
        let array = read_npy(bytes).map_err(InferError::Array)?;
        let [_, dimension] = array.shape[..] else {
            return Err(InferError::Array(format!(
                "an array of {} dimensions; allowed: two, [count, dimension]",
                array.shape.len()
            )));
        };
        Self::new(dimension, array.values)
    }

    /// Reads [`from_npy_bytes`](Self::from_npy_bytes) from a file.
    ///
    /// # Errors
    /// The file cannot be read, or is no such array.
    pub fn read_npy(path: impl AsRef<Path>) -> Result<Self, InferError> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|source| InferError::io(path, source))?;
        Self::from_npy_bytes(&bytes).map_err(|error| InferError::ArrayFile {
            path: path.to_owned(),
            source: Box::new(error),
        })
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

impl<'a> IntoIterator for &'a Vectors {
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
        let vectors = Vectors::new(2, vec![0.0, 1.5, -1.0, 0.0]).unwrap();
        let mut expected = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
        expected.extend(b"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }");
        expected.extend([b' '; 58]);
        expected.extend(b"\n\x00\x00\x00\x00\x00\x00\xc0\x3f\x00\x00\x80\xbf\x00\x00\x00\x00");
        assert_eq!(vectors.to_npy_bytes(), expected);
        assert_eq!(Vectors::from_npy_bytes(&expected).unwrap(), vectors);
    }

    #[test]
    fn numbers_that_are_no_latents_are_refused() {
        assert!(Vectors::new(2, vec![0.0; 3]).is_err());
        assert!(Vectors::new(0, Vec::new()).is_err());
        let mut vectors = Vectors::new(2, vec![0.0; 2]).unwrap();
        assert!(
            vectors
                .extend(&Vectors::new(1, vec![0.0; 2]).unwrap())
                .is_err()
        );
    }
}
