//! Augmentations that gradients pass through (Zhao et al. 2020, "Differentiable Augmentation for Data-Efficient GAN
//! Training").
//!
//! The discriminator sees real images and fakes only augmented, in its own turn and in the generator's, and so cannot
//! learn few images by heart; the generator learns through the augmentation, and its images stay as the data are. Ranges are
//! those of the authors' code. Every number is drawn on the host, so that one seed augments alike on every backend.

mod colour;
mod cutout;
mod translation;

use burn::tensor::Tensor;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use colour::Jitter;
use cutout::Holes;
use translation::Shifts;

/// One change of all images of a batch, each image by numbers of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Augmentation {
    /// Brightness, then saturation, then contrast. An image of one channel has no saturation to change.
    Colour,
    /// Moves by at most an eighth of each side; zeros move in.
    Translation,
    /// Sets a rectangle of half of each side to zero; what would lie beyond an edge is cut off.
    Cutout,
}

impl Augmentation {
    /// What a recipe calls it.
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

/// The length of a side, to be counted with in either direction.
fn signed(size: usize) -> i64 {
    i64::try_from(size).expect("a side has fewer than 2^63 pixels")
}

#[cfg(test)]
mod tests;
