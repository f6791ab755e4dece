//! The points of DRAGAN: near the data, in every direction (Kodali et al. 2017, "On Convergence and Stability of GANs",
//! algorithm 1, with the noise of the authors' code).

use burn::tensor::{Distribution, Tensor};
use ganforge_ops::mean;

/// Real images with noise, of a strength that differs from image to image.
pub fn around_at_random(real: &Tensor<4>) -> Tensor<4> {
    let unit = Distribution::Uniform(0.0, 1.0);
    let noise = real.random_like(unit);
    let shares = Tensor::random([real.dims()[0]], unit, &real.device());
    around(real, &noise, shares)
}

/// `x + α·½·std(x)·u`, where the standard deviation is over all numbers of the batch.
///
/// # Shapes
/// - `real`, `noise`: `[batch, channels, height, width]`, u
/// - `shares`: `[batch]`, α
pub fn around(real: &Tensor<4>, noise: &Tensor<4>, shares: Tensor<1>) -> Tensor<4> {
    let centred = real.clone() - mean(real.clone()).reshape([1, 1, 1, 1]);
    let deviation = mean(centred.square()).sqrt().reshape([1, 1, 1, 1]);
    let strength = shares.reshape([-1, 1, 1, 1]) * deviation * 0.5;
    real.clone() + noise.clone() * strength
}
