//! Differentiable augmentation (Zhao et al. 2020, "Differentiable Augmentation for Data-Efficient GAN Training").
//!
//! Real and generated images are augmented before the discriminator, in the turns of both players, so that it cannot memorise a
//! small dataset. Gradients reach the generator through the augmentation, and generated images stay unaugmented. Ranges are
//! those of the authors' code. Random numbers are drawn on the host, so a seed gives the same augmentation on every backend.

mod colour;
mod cutout;
mod side;
mod translation;

use burn::tensor::Tensor;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use colour::Jitter;
use cutout::Holes;
use translation::Shifts;

/// One augmentation, with independent random parameters for every image.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use ganforge_model::keyed_rng;
/// use ganforge_train::game::augment::{Augmentation, augment};
///
/// let images = Tensor::<4>::ones([4, 3, 16, 16], &Device::flex());
/// let mut rng = keyed_rng(7, "augmentation", 0);
/// let augmented = augment(&[Augmentation::Colour, Augmentation::Cutout], images, &mut rng);
/// assert_eq!(augmented.dims(), [4, 3, 16, 16]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Augmentation {
    /// Random brightness, saturation and contrast, in this order. Saturation has no effect on one channel.
    Colour,
    /// Translation by up to an eighth of each side, padded with zeros.
    Translation,
    /// Sets a random rectangle of half of each side, clipped at the border, to zero.
    Cutout,
}

impl Augmentation {
    /// Its name in a recipe.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Colour => "colour",
            Self::Translation => "translation",
            Self::Cutout => "cutout",
        }
    }

    /// Augments a batch; the gradient flows to `images`.
    ///
    /// # Shapes
    /// - `images`, output: `[batch, channels, height, width]`
    #[must_use]
    pub fn apply(self, images: Tensor<4>, rng: &mut ChaCha8Rng) -> Tensor<4> {
        let shape = images.dims();
        match self {
            Self::Colour => Jitter::draw(shape, rng).apply(images),
            Self::Translation => Shifts::draw(shape, rng).apply(images),
            Self::Cutout => Holes::draw(shape, rng).apply(images),
        }
    }
}

/// Augments a batch in the order of `list`; the gradient flows to `images`.
///
/// # Shapes
/// - `images`, output: `[batch, channels, height, width]`
#[must_use]
pub fn augment(list: &[Augmentation], images: Tensor<4>, rng: &mut ChaCha8Rng) -> Tensor<4> {
    let apply = |images, augmentation: &Augmentation| augmentation.apply(images, rng);
    list.iter().fold(images, apply)
}

#[cfg(test)]
mod tests;
