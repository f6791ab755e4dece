//! Cutout: a rectangle of zeros in every image.

use burn::tensor::{Int, Tensor, TensorData};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::side::signed;

/// The centre of the hole in each image, in pixels from the upper left corner.
#[derive(Debug)]
pub struct Holes {
    pub down: Vec<i64>,
    pub right: Vec<i64>,
}

impl Holes {
    pub fn draw([batch, _, height, width]: [usize; 4], rng: &mut ChaCha8Rng) -> Self {
        let mut along = |size| {
            // The centre of a hole of even length lies between two pixels, which adds one position.
            let last = signed(size) - length(size) % 2;
            (0..batch).map(|_| rng.random_range(0..=last)).collect()
        };
        Self {
            down: along(height),
            right: along(width),
        }
    }

    pub fn apply(&self, images: Tensor<4>) -> Tensor<4> {
        let hole = hole_mask(&images, 2, &self.down) * hole_mask(&images, 3, &self.right);
        images * (1.0 - hole)
    }
}

/// Half of a side, rounded up.
fn length(size: usize) -> i64 {
    (signed(size) + 1) / 2
}

/// The mask of the hole along one dimension: 1 inside, 0 outside.
///
/// # Shapes
/// - output: `[batch, 1, height, 1]` for dimension 2, `[batch, 1, 1, width]` for dimension 3
fn hole_mask(images: &Tensor<4>, dim: usize, centres: &[i64]) -> Tensor<4> {
    let (size, device) = (images.dims()[dim], images.device());
    let length = length(size);
    let mut line = [1; 4];
    line[dim] = size;
    let positions = Tensor::<1, Int>::arange(0..signed(size), &device).reshape(line);
    let centres = TensorData::new(centres.to_vec(), [centres.len(), 1, 1, 1]);
    let within = positions - Tensor::<4, Int>::from_data(centres, &device) + length / 2;
    let before = within.clone().lower_elem(length);
    within.greater_equal_elem(0).bool_and(before).float()
}
