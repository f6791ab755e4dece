//! Holes.

use burn::tensor::{Int, Tensor, TensorData};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::signed;

/// Where the middle of each image's hole is, counted from the upper left corner.
#[derive(Debug)]
pub struct Holes {
    pub down: Vec<i64>,
    pub right: Vec<i64>,
}

impl Holes {
    pub fn draw([batch, _, height, width]: [usize; 4], rng: &mut ChaCha8Rng) -> Self {
        let mut along = |size| {
            // A hole of even length has its middle between two pixels, and one place more to be.
            let last = signed(size) - length(size) % 2;
            (0..batch).map(|_| rng.random_range(0..=last)).collect()
        };
        Self {
            down: along(height),
            right: along(width),
        }
    }

    pub fn apply(&self, images: Tensor<4>) -> Tensor<4> {
        let hole = covered(&images, 2, &self.down) * covered(&images, 3, &self.right);
        images * (1.0 - hole)
    }
}

/// Half of a side, rounded, halves up.
fn length(size: usize) -> i64 {
    (signed(size) + 1) / 2
}

/// 1 where the hole lies along one dimension, 0 elsewhere.
///
/// # Shapes
/// - output: `[batch, 1, height, 1]` for dimension 2, `[batch, 1, 1, width]` for dimension 3
fn covered(images: &Tensor<4>, dim: usize, middles: &[i64]) -> Tensor<4> {
    let (size, device) = (images.dims()[dim], images.device());
    let length = length(size);
    let mut line = [1; 4];
    line[dim] = size;
    let places = Tensor::<1, Int>::arange(0..signed(size), &device).reshape(line);
    let middles = TensorData::new(middles.to_vec(), [middles.len(), 1, 1, 1]);
    let within = places - Tensor::<4, Int>::from_data(middles, &device) + length / 2;
    let before = within.clone().lower_elem(length);
    within.greater_equal_elem(0).bool_and(before).float()
}
