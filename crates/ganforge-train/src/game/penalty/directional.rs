//! The slope of any discriminator: value from one backward pass, gradient from a finite difference.
//!
//! With `u = ∇ₓs / ‖∇ₓs‖` held constant, `∂‖∇ₓs‖/∂θ = u·∂(∇ₓs)/∂θ` is the parameter gradient of the score's derivative
//! along `u`, and that derivative is `[s(x + e·u) - s(x - e·u)] / 2e` up to e². Two forward passes more, no second
//! derivative. Smooth activations make the error small; rectifiers have kinks between the two points, and the
//! gradient is noisy.

use burn::tensor::Tensor;
use ganforge_model::Discriminator;

use super::points::{Points, root, sum_of_squares};

/// Half the distance between the two images compared, in the Euclidean norm of a whole image. A shorter one meets fewer
/// kinks of rectifiers, but each weighs more: the variance they cause grows as 1/e.
const STEP: f64 = 0.1;

/// # Shapes
/// - output: `[batch]`, the exact squared slope with a nearly exact gradient
pub fn squared<D: Discriminator>(judge: &D, points: &Points) -> Tensor<1> {
    let gradient = input_gradient(judge, points);
    let slope = root(sum_of_squares(gradient.clone()));
    let direction = gradient / slope.clone().reshape([-1, 1, 1, 1]);
    let ahead = points.moved(direction.clone() * STEP).scores(judge);
    let behind = points.moved(direction * -STEP).scores(judge);
    let along = (ahead - behind) / (2.0 * STEP);
    (slope + along.clone() - along.detach()).square()
}

/// A constant: an ordinary backward pass, through a discriminator whose parameters ask for nothing.
fn input_gradient<D: Discriminator>(judge: &D, points: &Points) -> Tensor<4> {
    let images = points.images.clone().detach().require_grad();
    let watched = Points {
        images: images.clone(),
        class: points.class.clone(),
        gradient: None,
    };
    let gradients = watched.scores(&judge.clone().no_grad()).sum().backward();
    match images.grad(&gradients) {
        Some(gradient) => Tensor::from_inner(gradient),
        // A score that does not depend on the image.
        None => images.detach().zeros_like(),
    }
}
