//! Transposes of linear layers: how the gradient by a layer's output becomes the gradient by its input.
//!
//! Burn differentiates once. An input gradient that is itself to be differentiated, as every gradient penalty asks,
//! is therefore written as forward operations on the same weights (Drucker & Le Cun 1992, "double backpropagation").

use burn::nn::Linear;
use burn::nn::conv::Conv2d;
use burn::tensor::ops::ConvTransposeOptions;
use burn::tensor::{Tensor, module};

/// Back through a linear layer.
///
/// # Shapes
/// - `gradient`: `[batch, outputs]`
/// - output: `[batch, inputs]`
#[must_use]
pub fn pull_back_linear(layer: &Linear, gradient: Tensor<2>) -> Tensor<2> {
    gradient.matmul(layer.weight.val().transpose())
}

/// Back through a convolution of [`WeightInit::halving_conv`](super::WeightInit::halving_conv).
///
/// # Shapes
/// - `gradient`: `[batch, outputs, height, width]`
/// - output: `[batch, inputs, 2·height, 2·width]`
#[must_use]
pub fn pull_back_halving_conv(layer: &Conv2d, gradient: Tensor<4>) -> Tensor<4> {
    let options = ConvTransposeOptions::new([2, 2], [1, 1], [0, 0], [1, 1], 1);
    module::conv_transpose2d(gradient, layer.weight.val(), None, options)
}

/// The gradient, by a linear layer's input, of the sum of its outputs.
///
/// # Shapes
/// - output: `[batch, inputs]`, the same row for every sample
#[must_use]
pub fn gradient_of_sum(layer: &Linear, batch: usize) -> Tensor<2> {
    let row = layer.weight.val().sum_dim(1).transpose();
    let [_, inputs] = row.dims();
    row.expand([batch, inputs])
}
