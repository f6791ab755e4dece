//! Moves by whole pixels.

use burn::tensor::{Device, Int, Tensor, TensorData};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::signed;

/// How many pixels each image moves; negative numbers move it up or to the left.
#[derive(Debug)]
pub struct Shifts {
    pub down: Vec<i64>,
    pub right: Vec<i64>,
}

impl Shifts {
    pub fn draw([batch, _, height, width]: [usize; 4], rng: &mut ChaCha8Rng) -> Self {
        let mut along = |size| {
            let reach = reach(size);
            (0..batch)
                .map(|_| rng.random_range(-reach..=reach))
                .collect()
        };
        Self {
            down: along(height),
            right: along(width),
        }
    }

    /// Picks each pixel from where it was.
    ///
    /// A product with matrices of zeros and ones would do too, but tensor cores round what they multiply, and on a
    /// processor one gather of rows is faster.
    pub fn apply(&self, images: Tensor<4>) -> Tensor<4> {
        let [batch, channels, height, width] = images.dims();
        let device = images.device();
        let rows = Sources::of(&self.down, height, &device);
        let columns = Sources::of(&self.right, width, &device);
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

/// Where each place along one side comes from.
struct Sources {
    /// `[batch, size]`, or the place nearest to it where that lies outside.
    nearest: Tensor<2, Int>,
    /// `[batch, size]`, 1 where it lies inside, else 0.
    inside: Tensor<2>,
}

impl Sources {
    fn of(shifts: &[i64], size: usize, device: &Device) -> Self {
        let last = signed(size) - 1;
        let places = Tensor::<1, Int>::arange(0..last + 1, device).reshape([1, size]);
        let shifts = TensorData::new(shifts.to_vec(), [shifts.len(), 1]);
        let sources = places - Tensor::<2, Int>::from_data(shifts, device);
        let nearest = sources.clone().clamp(0, last);
        Self {
            inside: sources.equal(nearest.clone()).float(),
            nearest,
        }
    }
}

/// An eighth of a side, rounded, halves up.
fn reach(size: usize) -> i64 {
    (signed(size) + 4) / 8
}
