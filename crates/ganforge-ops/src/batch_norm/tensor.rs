//! Batch normalisation of tensors: by the kernels of this crate where supported, else by Burn.

use burn::backend::Dispatch;
use burn::tensor::{Tensor, module};

use super::{BatchNormInferenceOps, BatchNormOps};
use crate::activation::Rectifier;
use crate::device::is_supported;
use crate::{leaky_relu, relu};

/// A normalised batch and its moments.
pub struct BatchNormOutput<const D: usize> {
    /// `[batch, channels, …]`.
    pub output: Tensor<D>,
    /// `[channels]`, without gradient.
    pub mean: Tensor<1>,
    /// `[channels]`, biased and without epsilon; without gradient.
    pub variance: Tensor<1>,
}

/// [`burn::tensor::module::batch_norm_train`] followed by a rectifier, faster on the CPU in 32-bit floats.
///
/// # Shapes
/// - `input`: `[batch, channels, …]`
/// - `gamma`, `beta`: `[channels]`
///
/// # Panics
/// If the shapes do not match.
///
/// # Examples
///
/// ```
/// use ganforge_ops::burn::tensor::{Device, Tensor};
/// use ganforge_ops::{Rectifier, batch_norm_train};
///
/// let device = Device::flex();
/// let input = Tensor::<2>::from_floats([[1.0], [3.0]], &device);
/// let (gamma, beta) = (Tensor::ones([1], &device), Tensor::zeros([1], &device));
/// let batch = batch_norm_train(input, gamma, beta, 1e-5, Rectifier::Linear);
/// assert_eq!(batch.mean.into_scalar::<f32>(), 2.0);
/// assert_eq!(batch.variance.into_scalar::<f32>(), 1.0);
/// ```
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

/// [`burn::tensor::module::batch_norm`] followed by a rectifier, faster on the CPU in 32-bit floats without gradients.
///
/// # Shapes
/// - `input`: `[batch, channels, …]`
/// - `gamma`, `beta`, `mean`, `variance`: `[channels]`
///
/// # Panics
/// If the shapes do not match.
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

/// Whether the kernels support the tensors. Burn reports shapes that do not match.
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
