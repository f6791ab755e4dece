//! Where the values of a dataset live: as bytes in memory, as points, still in their files, or in the digits they are stacked of.

use crate::folder::streamed::FileImages;
use crate::stacked::Stacked;
use crate::{DataError, ImageShape};

/// The values of a dataset.
pub(crate) enum Content {
    /// Every image as bytes, `[image, channels, height, width]`, from 0 (black) to `white`.
    Pixels { bytes: Vec<u8>, white: u8 },
    /// Coordinates, not scaled.
    Points(Vec<[f32; 2]>),
    /// Files that are decoded whenever they are read.
    Files(FileImages),
    /// Digits, of which images are put together whenever they are read.
    Stacked(Stacked),
}

impl Content {
    /// How many images of this shape there are.
    pub(crate) fn len(&self, shape: ImageShape) -> usize {
        match self {
            Self::Pixels { bytes, .. } => bytes.len() / shape.values(),
            Self::Points(points) => points.len(),
            Self::Files(files) => files.len(),
            Self::Stacked(stacked) => stacked.len(),
        }
    }

    /// The images from `first` on, `count` of them, which there have to be.
    pub(crate) fn part(self, shape: ImageShape, first: usize, count: usize) -> Self {
        let range = first..first + count;
        match self {
            Self::Pixels { mut bytes, white } => {
                let values = shape.values();
                bytes.truncate(range.end * values);
                bytes.drain(..range.start * values);
                Self::Pixels { bytes, white }
            }
            Self::Points(points) => Self::Points(points[range].to_vec()),
            Self::Files(files) => Self::Files(files.part(first, count)),
            Self::Stacked(stacked) => Self::Stacked(stacked.part(first, count)),
        }
    }

    /// Writes image `index` into `out`, which is as long as one image.
    pub(crate) fn read(&self, index: usize, out: &mut [f32]) -> Result<(), DataError> {
        match self {
            Self::Pixels { bytes, white } => {
                to_floats(&bytes[index * out.len()..][..out.len()], *white, out);
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
                to_floats(&bytes, stacked.white, out);
            }
        }
        Ok(())
    }
}

/// The one way from bytes to floats: 0 is exactly -1, `white` is exactly 1, and everything between lies on that line.
fn to_floats(bytes: &[u8], white: u8, out: &mut [f32]) {
    let white = f32::from(white);
    for (value, &byte) in out.iter_mut().zip(bytes) {
        *value = f32::from(byte) * 2.0 / white - 1.0;
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "that the values are exact is the claim")]
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
    fn every_byte_comes_back_from_its_float() {
        let bytes: Vec<u8> = (0..=255).collect();
        let mut out = [0.0; 256];
        to_floats(&bytes, 255, &mut out);
        let back: Vec<f32> = out.iter().map(|x| ((x + 1.0) * 127.5).round()).collect();
        assert!(
            bytes
                .iter()
                .zip(back)
                .all(|(&byte, x)| f32::from(byte) == x)
        );
    }
}
