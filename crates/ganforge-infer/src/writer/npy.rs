//! Images as a numpy array.

use std::path::{Path, PathBuf};

use super::array::{header, to_bytes};
use super::output::Output;
use crate::error::InferError;
use crate::images::Images;
use crate::picture::GridOptions;

impl Images {
    /// The values as a numpy array `[count, channels, height, width]` of little-endian 32-bit floats.
    #[must_use]
    pub fn to_npy_bytes(&self) -> Vec<u8> {
        let mut bytes = header(&[
            self.count(),
            self.spec().channels,
            self.spec().height,
            self.spec().width,
        ]);
        bytes.reserve_exact(size_of_val(self.data()));
        bytes.extend(to_bytes(self.data()));
        bytes
    }

    /// Writes [`to_npy_bytes`](Self::to_npy_bytes) to a file, atomically.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_npy(&self, path: impl AsRef<Path>) -> Result<(), InferError> {
        let path: PathBuf = path.as_ref().to_owned();
        Output::Array(path).write(self, &GridOptions::default())
    }
}

#[cfg(test)]
mod tests {
    use ganforge_model::ImageShape;

    use super::*;

    #[test]
    fn the_bytes_equal_those_of_numpy() {
        // numpy.save of float32 [[[[-1, 0, 1.5]]]], NumPy 2.4.
        let spec = ImageShape {
            channels: 1,
            height: 1,
            width: 3,
        };
        let images = Images::new(spec, vec![-1.0, 0.0, 1.5]).unwrap();
        let mut expected = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
        expected.extend(b"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 3), }");
        expected.extend([b' '; 52]);
        expected.extend(b"\n\x00\x00\x80\xbf\x00\x00\x00\x00\x00\x00\xc0\x3f");
        assert_eq!(images.to_npy_bytes(), expected);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.npy");
        images.write_npy(&path).unwrap();
        assert_eq!(std::fs::read(path).unwrap(), expected);
    }
}
