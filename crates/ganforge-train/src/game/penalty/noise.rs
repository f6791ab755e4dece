//! A stochastic estimate of the squared gradient norm from the effect of noise on the score (Lin et al. 2025, "Diffusion Adversarial Post-Training
//! for One-Step Video Generation", its approximation of R1).
//!
//! For `n ~ N(0, I)` the mean of `(s(x + σn) - s(x))² / σ²` tends to `‖∇ₓs‖²` as σ → 0. One sample per image makes a noisy but cheap penalty: one
//! more forward pass and no gradient with respect to images.

use burn::tensor::{Distribution, Tensor};
use ganforge_model::Discriminator;

use super::points::Points;

/// Standard deviation σ of the noise on each element of an image; 8-bit grey levels are 0.008 apart.
const NOISE_STD: f64 = 0.05;

/// # Shapes
/// - output: `[batch]`, with the squared gradient norm as its mean over samples
pub fn squared<D: Discriminator>(discriminator: &D, points: &Points) -> Tensor<1> {
    let step = points
        .images
        .random_like(Distribution::Normal(0.0, NOISE_STD));
    let shifted = points.shifted(step).scores(discriminator) - points.scores(discriminator);
    (shifted / NOISE_STD).square()
}
