//! Preprocessing of the discriminator's inputs: instance noise, augmentation, packing.
//!
//! Real images and fakes are preprocessed alike, and gradients propagate through the preprocessing of fakes; otherwise the generator would learn to
//! produce preprocessed images (Zhao et al. 2020, section 3).

use burn::tensor::{Distribution, Tensor};

use super::scored::Source;
use super::turn_key::TurnKey;
use crate::game::Game;
use crate::game::augment::augment;

impl Game {
    /// Preprocesses images for the discriminator. Noise comes from the device's random number generator, augmentation from `key`.
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, height, width]`
    /// - output: `[batch / packing, channels · packing, height, width]`
    #[must_use]
    pub fn preprocess(&self, images: Tensor<4>, source: Source, key: TurnKey) -> Tensor<4> {
        let std = self.instance_noise.map(|noise| noise.std_after(key.images));
        let images = match std {
            Some(std) if std > 0.0 => add_noise(images, std),
            _ => images,
        };
        let purpose = match source {
            Source::Real => "augmentation of real images",
            Source::Fake => "augmentation of fakes",
        };
        let images = if self.augment.is_empty() {
            images
        } else {
            augment(&self.augment, images, &mut key.rng(purpose))
        };
        pack(images, self.packing)
    }
}

/// Adds N(0, std²) noise to every element; the shape is kept.
pub fn add_noise(images: Tensor<4>, std: f64) -> Tensor<4> {
    let noise = images.random_like(Distribution::Normal(0.0, std));
    images + noise.detach()
}

/// Packs every `count` consecutive images as channels of one.
fn pack(images: Tensor<4>, count: usize) -> Tensor<4> {
    if count == 1 {
        return images;
    }
    let [batch, channels, height, width] = images.dims();
    images.reshape([batch / count, channels * count, height, width])
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn packing_concatenates_the_channels_of_neighbours() {
        let device = Device::flex();
        let images = Tensor::<1, burn::tensor::Int>::arange(0..12, &device).float();
        let packed = pack(images.reshape([4, 1, 1, 3]), 2);
        assert_eq!(packed.dims(), [2, 2, 1, 3]);
        let second: Vec<f32> = packed.narrow(0, 1, 1).into_data().try_to_vec().unwrap();
        assert_eq!(second, [6.0, 7.0, 8.0, 9.0, 10.0, 11.0]);
    }
}
