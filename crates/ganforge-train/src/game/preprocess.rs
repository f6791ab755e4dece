//! How images are shown to the discriminator: with noise, augmented, packed.
//!
//! Real images and fakes are treated alike, and the fakes' gradient leads back through the treatment; otherwise the
//! generator would learn to make treated images (Zhao et al. 2020, section 3).

use burn::tensor::{Distribution, Tensor};

use super::scored::Source;
use super::turn_key::TurnKey;
use crate::game::Game;
use crate::game::augment::augment;

impl Game {
    /// Images as the discriminator sees them. Noise comes from the device's generator of random numbers, augmentation
    /// from the key's key.
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, height, width]`
    /// - output: `[batch / packing, channels · packing, height, width]`
    #[must_use]
    pub fn preprocess(&self, images: Tensor<4>, kind: Source, key: TurnKey) -> Tensor<4> {
        let std = self.instance_noise.map(|noise| noise.std_after(key.images));
        let images = match std {
            Some(std) if std > 0.0 => add_noise(images, std),
            _ => images,
        };
        let purpose = match kind {
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

/// Adds N(0, std²) to every number; the shape stays.
pub fn add_noise(images: Tensor<4>, std: f64) -> Tensor<4> {
    let noise = images.random_like(Distribution::Normal(0.0, std));
    images + noise.detach()
}

/// Makes channels of one image out of each `count` in a row.
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
    fn packing_puts_neighbours_side_by_side() {
        let device = Device::flex();
        let images = Tensor::<1, burn::tensor::Int>::arange(0..12, &device).float();
        let packed = pack(images.reshape([4, 1, 1, 3]), 2);
        assert_eq!(packed.dims(), [2, 2, 1, 3]);
        let second: Vec<f32> = packed.narrow(0, 1, 1).into_data().try_to_vec().unwrap();
        assert_eq!(second, [6.0, 7.0, 8.0, 9.0, 10.0, 11.0]);
    }
}
