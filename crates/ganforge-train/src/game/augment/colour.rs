//! Brightness, saturation and contrast.

use burn::tensor::{Tensor, TensorData};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// One number of each kind for each image, in [0, 1).
#[derive(Debug)]
pub struct Jitter {
    pub brightness: Vec<f32>,
    pub saturation: Vec<f32>,
    pub contrast: Vec<f32>,
}

impl Jitter {
    pub fn draw([batch, ..]: [usize; 4], rng: &mut ChaCha8Rng) -> Self {
        let mut shares = || (0..batch).map(|_| rng.random()).collect();
        Self {
            brightness: shares(),
            saturation: shares(),
            contrast: shares(),
        }
    }

    /// `x + (u - 1/2)`; then distances from the grey of each pixel, the mean over its channels, times `2u`; then distances
    /// from the mean of the image times `u + 1/2`.
    pub fn apply(&self, images: Tensor<4>) -> Tensor<4> {
        let device = images.device();
        let per_image = |shares: &[f32]| {
            let data = TensorData::new(shares.to_vec(), [shares.len(), 1, 1, 1]);
            Tensor::<4>::from_data(data, &device)
        };
        let images = images + (per_image(&self.brightness) - 0.5);
        let grey = images.clone().mean_dim(1);
        let images = (images - grey.clone()) * (per_image(&self.saturation) * 2.0) + grey;
        let mean = images.clone().mean_dims(&[1, 2, 3]);
        (images - mean.clone()) * (per_image(&self.contrast) + 0.5) + mean
    }
}
