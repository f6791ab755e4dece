//! How steep a discriminator is at an image, differentiable by its parameters.
//!
//! For logits `s(x)`, summed over the outputs, the slope is `‖∇ₓ s‖`, the Euclidean norm over all numbers of one image.
//! Burn differentiates once, so `∇ₓ s` has to be an expression before a penalty on it has gradients.

use burn::tensor::Tensor;
use ganforge_model::{Discriminator, DiscriminatorInput};
use serde::{Deserialize, Serialize};

use super::points::{Points, sum_of_squares};
use super::{directional, noise};

/// How the slope is come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Exact where the discriminator writes down its input gradient, else directional.
    #[default]
    Auto,
    /// From the discriminator's own expression.
    Exact,
    /// The exact value, with the gradient of a finite difference along the steepest direction.
    Directional,
    /// From the difference of scores between an image and the same image with noise.
    Noise,
}

impl Form {
    /// True where the discriminator's own expression is used if there is one.
    pub(super) fn may_be_exact(self) -> bool {
        matches!(self, Self::Auto | Self::Exact)
    }
}

/// The squared slope at each image.
///
/// # Shapes
/// - output: `[batch]`
///
/// # Panics
/// With [`Form::Exact`], where the discriminator has no expression for its input gradient.
pub fn squared_gradient_norm<D: Discriminator>(
    form: Form,
    judge: &D,
    points: &Points,
) -> Tensor<1> {
    match form {
        Form::Auto => exact(judge, points).unwrap_or_else(|| directional::squared(judge, points)),
        Form::Exact => exact(judge, points).expect(
            "a penalty with form = \"exact\" needs a discriminator that implements `input_gradient`; \
             form = \"auto\" does without",
        ),
        Form::Directional => directional::squared(judge, points),
        Form::Noise => noise::squared(judge, points),
    }
}

fn exact<D: Discriminator>(judge: &D, points: &Points) -> Option<Tensor<1>> {
    if let Some(gradient) = &points.gradient {
        return Some(sum_of_squares(gradient.clone()));
    }
    let judged = judge.input_gradient(
        DiscriminatorInput::new(points.images.clone()).with_class(points.class.clone()),
    )?;
    Some(sum_of_squares(judged.gradient))
}
