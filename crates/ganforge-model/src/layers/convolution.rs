//! Forward passes of Burn's convolutional layers by the fused operations of `ganforge-ops`.

use burn::module::Param;
use burn::nn::PaddingConfig2d;
use burn::nn::conv::{Conv2d, ConvTranspose2d};
use burn::tensor::Tensor;
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};

/// The output of `layer`.
///
/// # Shapes
/// - `input`: `[batch, inputs, height, width]`
/// - output: `[batch, outputs, height', width']`
#[must_use]
pub fn convolve(layer: &Conv2d, input: Tensor<4>) -> Tensor<4> {
    let Some(padding) = symmetric_padding(layer) else {
        return layer.forward(input);
    };
    let bias = layer.bias.as_ref().map(Param::val);
    let options = ConvOptions::new(layer.stride, padding, layer.dilation, layer.groups);
    ganforge_ops::conv2d(input, layer.weight.val(), bias, options)
}

/// The output of `layer`.
///
/// # Shapes
/// - `input`: `[batch, inputs, height, width]`
/// - output: `[batch, outputs, height', width']`
#[must_use]
pub fn convolve_transposed(layer: &ConvTranspose2d, input: Tensor<4>) -> Tensor<4> {
    let bias = layer.bias.as_ref().map(Param::val);
    let options = ConvTransposeOptions::new(
        layer.stride,
        layer.padding,
        layer.padding_out,
        layer.dilation,
        layer.groups,
    );
    ganforge_ops::conv_transpose2d(input, layer.weight.val(), bias, options)
}

/// Padding per side, `[rows, columns]`; `None` if opposite sides may differ.
pub(super) fn symmetric_padding(layer: &Conv2d) -> Option<[usize; 2]> {
    match layer.padding {
        PaddingConfig2d::Valid => Some([0, 0]),
        PaddingConfig2d::Explicit(top, left, bottom, right) if top == bottom && left == right => {
            Some([top, left])
        }
        PaddingConfig2d::Explicit(..) | PaddingConfig2d::Same => None,
    }
}
