//! Penalties that draw the slope to 1 (Gulrajani et al. 2017, "Improved Training of Wasserstein GANs", equation 3).

use burn::tensor::{Distribution, Tensor, activation};

use super::points::root;

/// `λ · E(‖∇D(x̂)‖ - 1)²`; one-sided, slopes below 1 are free.
///
/// # Shapes
/// - `squared_gradient_norm`: `[batch]`
/// - output: `[1]`
pub fn one_centred(squared_gradient_norm: Tensor<1>, lambda: f64, one_sided: bool) -> Tensor<1> {
    let excess = root(squared_gradient_norm) - 1.0;
    let excess = if one_sided {
        activation::relu(excess)
    } else {
        excess
    };
    excess.square().mean() * lambda
}

/// Points on the lines from fakes to real images, one coefficient ε ~ U(0, 1) for each line.
pub fn between_at_random(real: &Tensor<4>, fake: &Tensor<4>) -> Tensor<4> {
    let shares = Tensor::random(
        [real.dims()[0]],
        Distribution::Uniform(0.0, 1.0),
        &real.device(),
    );
    between(real, fake, shares)
}

/// `x̂ = ε·x + (1 - ε)·G(z)`.
///
/// # Shapes
/// - `real`, `fake`: `[batch, channels, height, width]`
/// - `shares`: `[batch]`, ε
pub fn between(real: &Tensor<4>, fake: &Tensor<4>, shares: Tensor<1>) -> Tensor<4> {
    let shares = shares.reshape([-1, 1, 1, 1]);
    fake.clone() + (real.clone() - fake.clone()) * shares
}
