//! Forward passes of Burn's fully connected layer by the fused operation of `ganforge-ops`.

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::Tensor;
use ganforge_ops::Nonlinearity;

use super::{Activation, OutputActivation};

/// The output of `layer`.
///
/// # Shapes
/// - `input`: `[batch, inputs]`
/// - output: `[batch, outputs]`
#[must_use]
pub fn linear(layer: &Linear, input: Tensor<2>) -> Tensor<2> {
    fused(Nonlinearity::LINEAR, layer, input)
}

/// The output of `layer` after an activation.
///
/// # Shapes
/// - `input`: `[batch, inputs]`
/// - output: `[batch, outputs]`
#[must_use]
pub fn linear_activated(layer: &Linear, activation: Activation, input: Tensor<2>) -> Tensor<2> {
    match activation.nonlinearity() {
        Some(activation) => fused(activation, layer, input),
        None => activation.forward(linear(layer, input)),
    }
}

/// The output of a generator's last layer.
///
/// # Shapes
/// - `input`: `[batch, inputs]`
/// - output: `[batch, outputs]`
#[must_use]
pub fn linear_output(layer: &Linear, activation: OutputActivation, input: Tensor<2>) -> Tensor<2> {
    let bias = layer.bias.as_ref().map(Param::val);
    linear_output_of(layer.weight.val(), bias, activation, input)
}

/// As [`linear_output`], with a weight that is computed, such as a normalised one.
pub(crate) fn linear_output_of(
    weight: Tensor<2>,
    bias: Option<Tensor<1>>,
    activation: OutputActivation,
    input: Tensor<2>,
) -> Tensor<2> {
    let fused = |nonlinearity| ganforge_ops::linear(input, weight, bias, nonlinearity);
    match activation {
        OutputActivation::Tanh => fused(Nonlinearity::Tanh),
        OutputActivation::Sigmoid => fused(Nonlinearity::Sigmoid) * 2.0 - 1.0,
        OutputActivation::Linear => fused(Nonlinearity::LINEAR),
    }
}

fn fused(activation: Nonlinearity, layer: &Linear, input: Tensor<2>) -> Tensor<2> {
    let bias = layer.bias.as_ref().map(Param::val);
    ganforge_ops::linear(input, layer.weight.val(), bias, activation)
}
