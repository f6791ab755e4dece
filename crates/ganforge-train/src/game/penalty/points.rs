//! Where a penalty on slopes looks.

use burn::tensor::{Int, Tensor};
use ganforge_model::{Discriminator, DiscriminatorInput};

/// Images, and the class each is judged as.
#[derive(Debug, Clone)]
pub struct Points {
    /// `[batch, channels, height, width]`
    pub images: Tensor<4>,
    /// `[batch]`, `None` for an unconditional discriminator.
    pub class: Option<Tensor<1, Int>>,
    /// `[batch, channels, height, width]`, each score's gradient by its image, where it was found before.
    pub gradient: Option<Tensor<4>>,
}

impl Points {
    /// The sum of the logits of each image.
    ///
    /// # Shapes
    /// - output: `[batch]`
    pub(super) fn scores<D: Discriminator>(&self, judge: &D) -> Tensor<1> {
        let judgement = judge
            .forward(DiscriminatorInput::new(self.images.clone()).with_class(self.class.clone()));
        judgement.logits.sum_dim(1).squeeze_dim(1)
    }

    /// The same classes at `images` moved by `step`.
    pub(super) fn moved(&self, step: Tensor<4>) -> Self {
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

/// The square root, with the derivative 0 in place of infinity at 0, where no direction is steepest.
pub(super) fn root(squared: Tensor<1>) -> Tensor<1> {
    /// Far below the square of any slope that single precision tells from rounding.
    const TINY: f64 = 1e-12;
    (squared + TINY).sqrt()
}
