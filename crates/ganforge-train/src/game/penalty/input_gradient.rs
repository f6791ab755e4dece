//! The norm of the discriminator's input gradient, differentiable with respect to its parameters.
//!
//! For logits `s(x)`, summed over the outputs, this is `‖∇ₓ s‖`, the Euclidean norm over all elements of one image. Burn has no second-order
//! derivatives, so `∇ₓ s` must be an explicit expression before a penalty on it can be differentiated.

use burn::tensor::Tensor;
use ganforge_model::{Discriminator, DiscriminatorInput};
use serde::{Deserialize, Serialize};

use super::points::{Points, sum_of_squares};
use super::{directional, noise};

/// How the norm of the input gradient is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GradientForm {
    /// Exact if the discriminator implements its input gradient as an expression, else directional.
    #[default]
    Auto,
    /// From the discriminator's expression.
    Exact,
    /// The exact value, with the parameter gradient of a finite difference along the input gradient.
    Directional,
    /// Estimated from the difference of scores between an image and the same image with noise.
    Noise,
}

impl GradientForm {
    /// Whether the discriminator's expression is used if there is one.
    pub(super) fn may_be_exact(self) -> bool {
        matches!(self, Self::Auto | Self::Exact)
    }
}

/// The squared norm of the input gradient at each image.
///
/// # Shapes
/// - output: `[batch]`
///
/// # Panics
/// With [`GradientForm::Exact`], if the discriminator has no expression for its input gradient.
pub fn squared_gradient_norm<D: Discriminator>(
    form: GradientForm,
    discriminator: &D,
    points: &Points,
) -> Tensor<1> {
    match form {
        GradientForm::Auto => exact(discriminator, points).unwrap_or_else(|| directional::squared(discriminator, points)),
        GradientForm::Exact => exact(discriminator, points).expect(
            "a penalty with form = \"exact\" needs a discriminator that implements `input_gradient`; \
             form = \"auto\" does without",
        ),
        GradientForm::Directional => directional::squared(discriminator, points),
        GradientForm::Noise => noise::squared(discriminator, points),
    }
}

fn exact<D: Discriminator>(discriminator: &D, points: &Points) -> Option<Tensor<1>> {
    if let Some(gradient) = &points.gradient {
        return Some(sum_of_squares(gradient.clone()));
    }
    let traced = discriminator.input_gradient(
        DiscriminatorInput::new(points.images.clone()).with_class(points.class.clone()),
    )?;
    Some(sum_of_squares(traced.gradient))
}
