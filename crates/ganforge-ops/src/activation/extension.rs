//! Nonlinearities as an operation of Burn's backends.

use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Flex, TensorMetadata, backend_extension};

use super::function::with_function;
use super::{Function, Nonlinearity, passes};
use crate::storage::{contiguous, tensor, unique_values, values};
use crate::uninit;

/// Nonlinearities by the kernels of this crate, for backends whose tensors lie in host memory.
#[backend_extension(Flex, Autodiff: cfg(feature = "autodiff"))]
pub trait ActivationOps: Backend {
    /// Applies the function to each 32-bit float; the shape is kept.
    fn activate(nonlinearity: Nonlinearity, input: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// The backward pass of [`ActivationOps`].
#[cfg(feature = "autodiff")]
pub trait ActivationGradient: Backend {
    /// The gradient with respect to the input, from the output and the gradient with respect to it, both 32-bit floats of one shape.
    fn activation_gradient(
        nonlinearity: Nonlinearity,
        output: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
}

impl ActivationOps for Flex {
    fn activate(nonlinearity: Nonlinearity, input: FloatTensor<Self>) -> FloatTensor<Self> {
        with_function!(nonlinearity, function => activate(function, input))
    }
}

#[cfg(feature = "autodiff")]
impl ActivationGradient for Flex {
    fn activation_gradient(
        nonlinearity: Nonlinearity,
        output: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let output = contiguous(output);
        let mut gradient = crate::storage::writable(gradient);
        let numbers = crate::storage::values_mut(&mut gradient);
        with_function!(nonlinearity, function => passes::backward(function, values(&output), numbers));
        gradient
    }
}

fn activate<F: Function>(function: F, mut input: FlexTensor) -> FlexTensor {
    if let Some(numbers) = unique_values(&mut input) {
        passes::forward_in_place(function, numbers);
        return input;
    }
    let input = contiguous(input);
    let numbers = values(&input);
    let output = uninit::vector(numbers.len(), |output| {
        passes::forward(function, numbers, output);
    });
    tensor(output, input.shape())
}
