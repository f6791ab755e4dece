//! The points at which a gradient penalty is evaluated.

use burn::tensor::{Int, Tensor};
use ganforge_model::{Discriminator, DiscriminatorInput};

/// Images and the classes that condition their scores.
#[derive(Debug, Clone)]
pub struct Points {
    /// `[batch, channels, height, width]`
    pub images: Tensor<4>,
    /// `[batch]`, `None` for an unconditional discriminator.
    pub class: Option<Tensor<1, Int>>,
    /// `[batch, channels, height, width]`, the gradient of each score with respect to its image, if computed before.
    pub gradient: Option<Tensor<4>>,
}

impl Points {
    /// The sum of the logits of each image.
    ///
    /// # Shapes
    /// - output: `[batch]`
    pub(super) fn scores<D: Discriminator>(&self, discriminator: &D) -> Tensor<1> {
        let output = discriminator
            .forward(DiscriminatorInput::new(self.images.clone()).with_class(self.class.clone()));
        output.logits.sum_dim(1).squeeze_dim(1)
    }

    /// The points `images + step`, with the same classes.
    pub(super) fn shifted(&self, step: Tensor<4>) -> Self {
        Self {
            images: self.images.clone() + step,
            class: self.class.clone(),
            gradient: None,
        }
    }
}

/// # Shapes
/// - `gradient`: `[batch, channels, height, width]`
/// - output: `[batch]`
pub(super) fn sum_of_squares(gradient: Tensor<4>) -> Tensor<1> {
    let rows: Tensor<2> = gradient.flatten(1, 3);
    rows.square().sum_dim(1).squeeze_dim(1)
}

/// The square root with derivative 0 instead of infinity at 0.
pub(super) fn safe_sqrt(squared: Tensor<1>) -> Tensor<1> {
    /// Far below the square of any norm that single precision distinguishes from rounding errors.
    const EPSILON: f64 = 1e-12;
    (squared + EPSILON).sqrt()
}
