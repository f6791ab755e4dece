//! The slope by trial: how far noise moves the score (Lin et al. 2025, "Diffusion Adversarial Post-Training for
//! One-Step Video Generation", its approximation of R1).
//!
//! For `n ~ N(0, I)` the mean of `(s(x + σn) - s(x))² / σ²` tends to `‖∇ₓs‖²` as σ → 0. One draw for each image makes
//! a noisy but cheap penalty: one forward pass more, and no gradient by images anywhere.

use burn::tensor::{Distribution, Tensor};
use ganforge_model::Discriminator;

use super::points::Points;

/// Standard deviation of the noise on each number of an image; grey levels of 8 bits are 0.008 apart.
const SPREAD: f64 = 0.05;

/// # Shapes
/// - output: `[batch]`, the squared slope in the mean over draws
pub fn squared<D: Discriminator>(judge: &D, points: &Points) -> Tensor<1> {
    let step = points.images.random_like(Distribution::Normal(0.0, SPREAD));
    let moved = points.moved(step).scores(judge) - points.scores(judge);
    (moved / SPREAD).square()
}
