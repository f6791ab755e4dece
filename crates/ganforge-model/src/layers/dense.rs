//! Fully connected layers, run by the kernels of `ganforge-ops` where those are faster.

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::Tensor;
use ganforge_ops::Nonlinearity;

use super::{Activation, OutputActivation};

/// What `layer.forward` is.
///
/// # Shapes
/// - `input`: `[batch, inputs]`
/// - output: `[batch, outputs]`
#[must_use]
pub fn linear(layer: &Linear, input: Tensor<2>) -> Tensor<2> {
    with(Nonlinearity::LINEAR, layer, input)
}

/// The activation of what `layer.forward` is.
///
/// # Shapes
/// - `input`: `[batch, inputs]`
/// - output: `[batch, outputs]`
#[must_use]
pub fn linear_activated(layer: &Linear, activation: Activation, input: Tensor<2>) -> Tensor<2> {
    match activation.nonlinearity() {
        Some(activation) => with(activation, layer, input),
        None => activation.forward(linear(layer, input)),
    }
}

/// The last layer of a generator.
///
/// # Shapes
/// - `input`: `[batch, inputs]`
/// - output: `[batch, outputs]`
#[must_use]
pub fn linear_output(layer: &Linear, activation: OutputActivation, input: Tensor<2>) -> Tensor<2> {
    match activation {
        OutputActivation::Tanh => with(Nonlinearity::Tanh, layer, input),
        OutputActivation::Sigmoid => with(Nonlinearity::Sigmoid, layer, input) * 2.0 - 1.0,
        OutputActivation::Linear => linear(layer, input),
    }
}

fn with(activation: Nonlinearity, layer: &Linear, input: Tensor<2>) -> Tensor<2> {
    let bias = layer.bias.as_ref().map(Param::val);
    ganforge_ops::linear(input, layer.weight.val(), bias, activation)
}
