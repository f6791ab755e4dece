//! Translation by whole pixels.

use burn::tensor::{Device, Int, Tensor, TensorData};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::side::signed;

/// The translation of each image in pixels; negative values are up and left.
#[derive(Debug)]
pub struct Shifts {
    pub down: Vec<i64>,
    pub right: Vec<i64>,
}

impl Shifts {
    pub fn draw([batch, _, height, width]: [usize; 4], rng: &mut ChaCha8Rng) -> Self {
        let mut along = |size| {
            let max = max_shift(size);
            (0..batch).map(|_| rng.random_range(-max..=max)).collect()
        };
        Self {
            down: along(height),
            right: along(width),
        }
    }

    /// Gathers each pixel from its position before the translation.
    ///
    /// Multiplication by permutation matrices would be inexact on tensor cores, which round their inputs, and slower on a CPU.
    pub fn apply(&self, images: Tensor<4>) -> Tensor<4> {
        let [batch, channels, height, width] = images.dims();
        let device = images.device();
        let rows = SourceIndices::of(&self.down, height, &device);
        let columns = SourceIndices::of(&self.right, width, &device);
        let pixels = rows.nearest.reshape([batch, height, 1]) * signed(width)
            + columns.nearest.reshape([batch, 1, width]);
        let inside = rows.inside.reshape([batch, 1, height, 1])
            * columns.inside.reshape([batch, 1, 1, width]);
        let planes = [batch * channels, height * width];
        let pixels = pixels
            .reshape([batch, 1, height * width])
            .expand([batch, channels, height * width])
            .reshape(planes);
        let moved = images.reshape(planes).gather(1, pixels);
        moved.reshape([batch, channels, height, width]) * inside
    }
}

/// The source position of each pixel along one side.
struct SourceIndices {
    /// `[batch, size]`: the source position, clamped to the image.
    nearest: Tensor<2, Int>,
    /// `[batch, size]`: 1 if the source is inside the image, 0 otherwise.
    inside: Tensor<2>,
}

impl SourceIndices {
    fn of(shifts: &[i64], size: usize, device: &Device) -> Self {
        let last = signed(size) - 1;
        let positions = Tensor::<1, Int>::arange(0..last + 1, device).reshape([1, size]);
        let shifts = TensorData::new(shifts.to_vec(), [shifts.len(), 1]);
        let sources = positions - Tensor::<2, Int>::from_data(shifts, device);
        let nearest = sources.clone().clamp(0, last);
        Self {
            inside: sources.equal(nearest.clone()).float(),
            nearest,
        }
    }
}

/// An eighth of a side, rounded half up.
fn max_shift(size: usize) -> i64 {
    (signed(size) + 4) / 8
}
