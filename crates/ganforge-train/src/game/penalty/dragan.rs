//! The evaluation points of DRAGAN: random perturbations of the data (Kodali et al. 2017, "On Convergence and Stability of GANs", algorithm 1, with
//! the noise of the authors' code).

use burn::tensor::{Distribution, Tensor};
use ganforge_ops::mean;

/// Real images with noise whose strength is random for each image.
pub fn random_perturbations(real: &Tensor<4>) -> Tensor<4> {
    let unit = Distribution::Uniform(0.0, 1.0);
    let noise = real.random_like(unit);
    let coefficients = Tensor::random([real.dims()[0]], unit, &real.device());
    perturb(real, &noise, coefficients)
}

/// `x + α·½·std(x)·u`, where the standard deviation is over all elements of the batch.
///
/// # Shapes
/// - `real`, `noise`: `[batch, channels, height, width]`, u
/// - `coefficients`: `[batch]`, α
pub fn perturb(real: &Tensor<4>, noise: &Tensor<4>, coefficients: Tensor<1>) -> Tensor<4> {
    let centred = real.clone() - mean(real.clone()).reshape([1, 1, 1, 1]);
    let deviation = mean(centred.square()).sqrt().reshape([1, 1, 1, 1]);
    let strength = coefficients.reshape([-1, 1, 1, 1]) * deviation * 0.5;
    real.clone() + noise.clone() * strength
}
