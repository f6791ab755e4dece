//! Batch normalisation of tensors: by this crate's sweeps where they reach, by Burn's own elsewhere.

use burn::backend::Dispatch;
use burn::tensor::{Tensor, module};

use super::{BatchNormInferenceOps, BatchNormOps};
use crate::activation::Rectifier;
use crate::device::is_supported;
use crate::{leaky_relu, relu};

/// A batch, and the moments it was normalised by.
pub struct BatchNormOutput<const D: usize> {
    /// `[batch, channels, …]`.
    pub output: Tensor<D>,
    /// `[channels]`; no gradient leads back through it.
    pub mean: Tensor<1>,
    /// `[channels]`, biased and without epsilon; no gradient leads back through it.
    pub variance: Tensor<1>,
}

/// [`burn::tensor::module::batch_norm_train`] and a rectifier of its output, faster on the CPU in 32-bit floats.
///
/// # Shapes
/// - `input`: `[batch, channels, …]`
/// - `gamma`, `beta`: `[channels]`
///
/// # Panics
/// If the shapes do not fit each other.
#[must_use]
pub fn batch_norm_train<const D: usize>(
    input: Tensor<D>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    epsilon: f64,
    rectifier: Rectifier,
) -> BatchNormOutput<D> {
    if !can_fuse(&input, &[&gamma, &beta], rectifier) {
        let result = module::batch_norm_train(input, gamma, beta, epsilon);
        return BatchNormOutput {
            output: rectify(result.output, rectifier),
            mean: result.mean,
            variance: result.variance,
        };
    }
    let (output, mean, variance) = <Dispatch as BatchNormOps>::fused_batch_norm(
        rectifier,
        epsilon,
        input.into_dispatch(),
        gamma.into_dispatch(),
        beta.into_dispatch(),
    );
    BatchNormOutput {
        output: Tensor::from_dispatch(output),
        mean: Tensor::from_dispatch(mean),
        variance: Tensor::from_dispatch(variance),
    }
}

/// [`burn::tensor::module::batch_norm`] and a rectifier of its output, faster on the CPU in 32-bit floats without gradients.
///
/// # Shapes
/// - `input`: `[batch, channels, …]`
/// - `gamma`, `beta`, `mean`, `variance`: `[channels]`
///
/// # Panics
/// If the shapes do not fit each other.
#[must_use]
pub fn batch_norm<const D: usize>(
    input: Tensor<D>,
    [gamma, beta, mean, variance]: [Tensor<1>; 4],
    epsilon: f64,
    rectifier: Rectifier,
) -> Tensor<D> {
    let per_channel = [&gamma, &beta, &mean, &variance];
    if input.device().is_autodiff() || !can_fuse(&input, &per_channel, rectifier) {
        let output = module::batch_norm(input, gamma, beta, mean, variance, epsilon);
        return rectify(output, rectifier);
    }
    Tensor::from_dispatch(<Dispatch as BatchNormInferenceOps>::normalise_with(
        rectifier,
        epsilon,
        input.into_dispatch(),
        gamma.into_dispatch(),
        beta.into_dispatch(),
        mean.into_dispatch(),
        variance.into_dispatch(),
    ))
}

/// What does not fit is for Burn to complain about.
fn can_fuse<const D: usize>(
    input: &Tensor<D>,
    per_channel: &[&Tensor<1>],
    rectifier: Rectifier,
) -> bool {
    let fits = |tensor: &Tensor<1>| input.dims()[1..].starts_with(&tensor.dims());
    let invertible = match rectifier {
        Rectifier::Linear | Rectifier::Relu => true,
        Rectifier::Leaky(slope) => slope > 0.0,
    };
    invertible
        && is_supported(input)
        && per_channel
            .iter()
            .all(|tensor| is_supported(*tensor) && fits(tensor))
}

fn rectify<const D: usize>(input: Tensor<D>, rectifier: Rectifier) -> Tensor<D> {
    match rectifier {
        Rectifier::Linear => input,
        Rectifier::Relu => relu(input),
        Rectifier::Leaky(slope) => leaky_relu(input, f64::from(slope)),
    }
}
