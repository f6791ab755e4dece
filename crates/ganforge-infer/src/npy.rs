//! The `.npy` file of numpy, format 1.0 (<https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>).
//!
//! One array of one kind is all that is ever written, which takes less than a dependency would.

use std::path::Path;

use ganforge_model::ImageSpec;

use crate::aside::write_aside;
use crate::{Images, InferError};

/// Magic string, version and header length take ten bytes; the data starts at a multiple of 64.
const PREAMBLE: usize = 10;
const ALIGNMENT: usize = 64;

impl Images {
    /// The raw numbers as a numpy array `[count, channels, height, width]` of little-endian 32-bit floats.
    #[must_use]
    pub fn to_npy_bytes(&self) -> Vec<u8> {
        let mut bytes = header(self.count(), self.spec());
        bytes.reserve_exact(size_of_val(self.data()));
        bytes.extend(self.data().iter().flat_map(|number| number.to_le_bytes()));
        bytes
    }

    /// Writes [`to_npy_bytes`](Self::to_npy_bytes) to a file, whole or not at all.
    ///
    /// # Errors
    /// What the file system says, by its path.
    pub fn write_npy(&self, path: impl AsRef<Path>) -> Result<(), InferError> {
        write_aside(path.as_ref(), &self.to_npy_bytes())
    }
}

/// Everything before the numbers, padded with spaces and closed by a newline.
fn header(count: usize, image: ImageSpec) -> Vec<u8> {
    let ImageSpec {
        channels,
        height,
        width,
    } = image;
    let mut text = format!(
        "{{'descr': '<f4', 'fortran_order': False, 'shape': ({count}, {channels}, {height}, {width}), }}"
    );
    let end = (PREAMBLE + text.len() + 1).next_multiple_of(ALIGNMENT);
    let padding = end - PREAMBLE - text.len() - 1;
    text.extend(std::iter::repeat_n(' ', padding));
    text.push('\n');
    // Four numbers of at most twenty digits keep the text far below the 65,535 bytes of format 1.0.
    #[expect(clippy::cast_possible_truncation, reason = "at most 182 bytes")]
    let length = text.len() as u16;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(length.to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_are_those_that_numpy_itself_writes() {
        // numpy.save of float32 [[[[-1, 0, 1.5]]]], NumPy 2.4.
        let spec = ImageSpec {
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
    }

    #[test]
    fn numbers_start_at_a_multiple_of_64_whatever_the_shape() {
        for digits in 1..=19 {
            let count = 10_usize.pow(digits - 1);
            let image = ImageSpec {
                channels: 3,
                height: count,
                width: 64,
            };
            let header = header(count, image);
            assert!(header.len().is_multiple_of(ALIGNMENT), "{count}");
            assert_eq!(header.last(), Some(&b'\n'));
            let length = usize::from(u16::from_le_bytes([header[8], header[9]]));
            assert_eq!(length, header.len() - PREAMBLE);
        }
    }
}
