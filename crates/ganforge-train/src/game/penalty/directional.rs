//! The gradient norm of any discriminator: its value from one backward pass, its parameter gradient from a finite difference.
//!
//! With `u = ∇ₓs / ‖∇ₓs‖` held constant, `∂‖∇ₓs‖/∂θ = u·∂(∇ₓs)/∂θ` is the parameter gradient of the directional derivative of the score along `u`,
//! which is `[s(x + e·u) - s(x - e·u)] / 2e` up to an error of order e². This takes two more forward passes and no second derivative. The error is
//! small for smooth activations; rectifiers have kinks between the two points, which make the gradient noisy.

use burn::tensor::Tensor;
use ganforge_model::Discriminator;

use super::points::{Points, safe_sqrt, sum_of_squares};

/// The step e: half the distance between the two images, in the Euclidean norm of a whole image. A shorter step crosses fewer kinks of rectifiers,
/// but each contributes more: the variance grows as 1/e.
const STEP: f64 = 0.1;

/// # Shapes
/// - output: `[batch]`, the exact squared gradient norm, with an approximate parameter gradient
pub fn squared<D: Discriminator>(discriminator: &D, points: &Points) -> Tensor<1> {
    let gradient = input_gradient(discriminator, points);
    let norm = safe_sqrt(sum_of_squares(gradient.clone()));
    let direction = gradient / norm.clone().reshape([-1, 1, 1, 1]);
    let forward_scores = points
        .shifted(direction.clone() * STEP)
        .scores(discriminator);
    let backward_scores = points.shifted(direction * -STEP).scores(discriminator);
    let directional_derivative = (forward_scores - backward_scores) / (2.0 * STEP);
    (norm + directional_derivative.clone() - directional_derivative.detach()).square()
}

/// The input gradient as a constant, by an ordinary backward pass through a discriminator whose parameters do not track gradients.
fn input_gradient<D: Discriminator>(discriminator: &D, points: &Points) -> Tensor<4> {
    let images = points.images.clone().detach().require_grad();
    let tracked = Points {
        images: images.clone(),
        class: points.class.clone(),
        gradient: None,
    };
    let gradients = tracked
        .scores(&discriminator.clone().no_grad())
        .sum()
        .backward();
    match images.grad(&gradients) {
        Some(gradient) => Tensor::from_inner(gradient),
        // The score does not depend on the image.
        None => images.detach().zeros_like(),
    }
}
