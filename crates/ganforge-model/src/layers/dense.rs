//! Fully connected layers, run by the kernels of `ganforge-ops` where those are faster.

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::Tensor;
use ganforge_ops::DenseActivation;

use super::activation::LEAK;
use super::{Activation, OutputActivation};

/// What `layer.forward` is.
///
/// # Shapes
/// - `input`: `[batch, inputs]`
/// - output: `[batch, outputs]`
#[must_use]
pub fn linear(layer: &Linear, input: Tensor<2>) -> Tensor<2> {
    with(DenseActivation::Identity, layer, input)
}

/// The activation of what `layer.forward` is.
///
/// # Shapes
/// - `input`: `[batch, inputs]`
/// - output: `[batch, outputs]`
#[must_use]
pub fn linear_activated(layer: &Linear, activation: Activation, input: Tensor<2>) -> Tensor<2> {
    match fused(activation) {
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
        OutputActivation::Tanh => with(DenseActivation::Tanh, layer, input),
        OutputActivation::Sigmoid => with(DenseActivation::Sigmoid, layer, input) * 2.0 - 1.0,
        OutputActivation::Linear => linear(layer, input),
    }
}

/// The derivative of an activation, as a function of its outputs.
pub(super) fn slope_at_output(activation: Activation, output: Tensor<2>) -> Tensor<2> {
    match activation {
        // An output has the sign of its input.
        Activation::Relu | Activation::LeakyRelu => activation.slope(output),
        Activation::Tanh => output.square().neg() + 1.0,
        // 1 / (1 + e⁻ˣ), where eˣ is e to the output less one.
        Activation::Softplus => output.neg().exp().neg() + 1.0,
    }
}

fn fused(activation: Activation) -> Option<DenseActivation> {
    match activation {
        Activation::Relu => Some(DenseActivation::Relu),
        Activation::LeakyRelu => Some(DenseActivation::LeakyRelu(LEAK as f32)),
        Activation::Tanh => Some(DenseActivation::Tanh),
        Activation::Softplus => None,
    }
}

fn with(activation: DenseActivation, layer: &Linear, input: Tensor<2>) -> Tensor<2> {
    let bias = layer.bias.as_ref().map(Param::val);
    ganforge_ops::linear(input, layer.weight.val(), bias, activation)
}
