//! Nonlinearities of tensors: by the kernels of this crate where supported, else by Burn.

use burn::backend::Dispatch;
use burn::tensor::{Tensor, activation};

use super::{ActivationOps, Nonlinearity, Rectifier};
use crate::device::is_supported;

/// Applies the function to each element, faster than Burn on the CPU in 32-bit floats; the shape is kept.
#[must_use]
pub fn activate<const D: usize>(nonlinearity: Nonlinearity, input: Tensor<D>) -> Tensor<D> {
    match nonlinearity {
        Nonlinearity::Rectifier(Rectifier::Linear) => input,
        Nonlinearity::Rectifier(Rectifier::Relu) => relu(input),
        Nonlinearity::Rectifier(Rectifier::Leaky(slope)) => leaky_relu(input, slope.into()),
        Nonlinearity::Tanh => tanh(input),
        Nonlinearity::Sigmoid => sigmoid(input),
    }
}

/// [`burn::tensor::activation::relu`], faster on the CPU in 32-bit floats; the shape is kept.
///
/// # Examples
///
/// ```
/// use ganforge_ops::burn::tensor::{Device, Tensor};
/// use ganforge_ops::relu;
///
/// let input = Tensor::<1>::from_floats([-1.0, 0.5], &Device::flex());
/// assert_eq!(relu(input).to_data().to_vec::<f32>().unwrap(), [0.0, 0.5]);
/// ```
#[must_use]
pub fn relu<const D: usize>(input: Tensor<D>) -> Tensor<D> {
    let ours = Nonlinearity::Rectifier(Rectifier::Relu);
    apply(input, Some(ours), activation::relu)
}

/// [`burn::tensor::activation::leaky_relu`], faster on the CPU in 32-bit floats with a positive slope; the shape is kept.
#[must_use]
pub fn leaky_relu<const D: usize>(input: Tensor<D>, slope: f64) -> Tensor<D> {
    // Only with a positive slope does the output determine the sign of the input.
    let ours = (slope > 0.0).then_some(Nonlinearity::Rectifier(Rectifier::Leaky(slope as f32)));
    apply(input, ours, |input| activation::leaky_relu(input, slope))
}

/// [`burn::tensor::activation::tanh`], faster on the CPU in 32-bit floats; the shape is kept.
#[must_use]
pub fn tanh<const D: usize>(input: Tensor<D>) -> Tensor<D> {
    apply(input, Some(Nonlinearity::Tanh), activation::tanh)
}

/// [`burn::tensor::activation::sigmoid`], faster on the CPU in 32-bit floats; the shape is kept.
#[must_use]
pub fn sigmoid<const D: usize>(input: Tensor<D>) -> Tensor<D> {
    apply(input, Some(Nonlinearity::Sigmoid), activation::sigmoid)
}

fn apply<const D: usize>(
    input: Tensor<D>,
    ours: Option<Nonlinearity>,
    burns: impl FnOnce(Tensor<D>) -> Tensor<D>,
) -> Tensor<D> {
    match ours.filter(|_| is_supported(&input)) {
        Some(nonlinearity) => {
            let input = input.into_dispatch();
            Tensor::from_dispatch(<Dispatch as ActivationOps>::activate(nonlinearity, input))
        }
        None => burns(input),
    }
}
