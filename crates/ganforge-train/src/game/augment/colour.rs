//! Brightness, saturation and contrast.

use burn::tensor::{Tensor, TensorData};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Uniform random numbers in [0, 1), one of each kind per image.
#[derive(Debug)]
pub struct Jitter {
    pub brightness: Vec<f32>,
    pub saturation: Vec<f32>,
    pub contrast: Vec<f32>,
}

impl Jitter {
    pub fn draw([batch, ..]: [usize; 4], rng: &mut ChaCha8Rng) -> Self {
        let mut uniform = || (0..batch).map(|_| rng.random()).collect();
        Self {
            brightness: uniform(),
            saturation: uniform(),
            contrast: uniform(),
        }
    }

    /// Brightness: `x + u - 1/2`. Saturation: `grey + 2u (x - grey)`, where grey is the mean over the channels of a pixel.
    /// Contrast: `mean + (u + 1/2)(x - mean)`, where mean is that of the image.
    pub fn apply(&self, images: Tensor<4>) -> Tensor<4> {
        let device = images.device();
        let per_image = |factors: &[f32]| {
            let data = TensorData::new(factors.to_vec(), [factors.len(), 1, 1, 1]);
            Tensor::<4>::from_data(data, &device)
        };
        let images = images + (per_image(&self.brightness) - 0.5);
        let grey = images.clone().mean_dim(1);
        let images = (images - grey.clone()) * (per_image(&self.saturation) * 2.0) + grey;
        let mean = images.clone().mean_dims(&[1, 2, 3]);
        (images - mean.clone()) * (per_image(&self.contrast) + 0.5) + mean
    }
}
