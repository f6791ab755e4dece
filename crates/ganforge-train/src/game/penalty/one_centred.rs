//! Penalties that pull the gradient norm to 1 (Gulrajani et al. 2017, "Improved Training of Wasserstein GANs", equation 3).

use burn::tensor::{Distribution, Tensor, activation};

use super::points::safe_sqrt;

/// `λ · E(‖∇D(x̂)‖ - 1)²`; if `one_sided`, norms below 1 are not penalised.
///
/// # Shapes
/// - `squared_gradient_norm`: `[batch]`
/// - output: `[1]`
pub fn one_centred(squared_gradient_norm: Tensor<1>, lambda: f64, one_sided: bool) -> Tensor<1> {
    let excess = safe_sqrt(squared_gradient_norm) - 1.0;
    let excess = if one_sided {
        activation::relu(excess)
    } else {
        excess
    };
    excess.square().mean() * lambda
}

/// Random points on the lines between fakes and real images, with one coefficient ε ~ U(0, 1) per line.
pub fn random_interpolations(real: &Tensor<4>, fake: &Tensor<4>) -> Tensor<4> {
    let coefficients = Tensor::random(
        [real.dims()[0]],
        Distribution::Uniform(0.0, 1.0),
        &real.device(),
    );
    interpolate(real, fake, coefficients)
}

/// `x̂ = ε·x + (1 - ε)·G(z)`.
///
/// # Shapes
/// - `real`, `fake`: `[batch, channels, height, width]`
/// - `coefficients`: `[batch]`, ε
pub fn interpolate(real: &Tensor<4>, fake: &Tensor<4>, coefficients: Tensor<1>) -> Tensor<4> {
    let coefficients = coefficients.reshape([-1, 1, 1, 1]);
    fake.clone() + (real.clone() - fake.clone()) * coefficients
}
