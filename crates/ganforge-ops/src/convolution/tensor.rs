//! Convolutions of tensors: by the kernels of this crate where supported, else by Burn.

use burn::backend::Dispatch;
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Tensor, module};

use super::extension::{ConvolutionOps, Pass};
use super::shape::ConvShape;
use crate::device::is_supported;

/// [`burn::tensor::module::conv2d`], faster on the CPU in 32-bit floats without groups and dilation and with equal padding on both sides. Other calls
/// are passed to Burn.
///
/// # Shapes
/// - `input`: `[batch, inputs, height, width]`
/// - `weight`: `[outputs, inputs, kernel height, kernel width]`
/// - `bias`: `[outputs]`
/// - output: `[batch, outputs, output height, output width]`
///
/// # Panics
/// If the shapes do not match.
#[must_use]
pub fn conv2d(
    input: Tensor<4>,
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    options: ConvOptions<2>,
) -> Tensor<4> {
    let shape = convolved(&input, &weight, &options);
    match shape.filter(|_| are_supported(&input, &weight, bias.as_ref())) {
        Some(shape) => dispatch(Pass::Output, shape, input, weight, bias),
        None => module::conv2d(input, weight, bias, options),
    }
}

/// [`burn::tensor::module::conv_transpose2d`], faster on the CPU where [`conv2d`] is.
///
/// # Shapes
/// - `input`: `[batch, inputs, height, width]`
/// - `weight`: `[inputs, outputs, kernel height, kernel width]`
/// - `bias`: `[outputs]`
/// - output: `[batch, outputs, output height, output width]`
///
/// # Panics
/// If the shapes do not match.
#[must_use]
pub fn conv_transpose2d(
    input: Tensor<4>,
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    options: ConvTransposeOptions<2>,
) -> Tensor<4> {
    let shape = transposed(&input, &weight, &options);
    match shape.filter(|_| are_supported(&input, &weight, bias.as_ref())) {
        Some(shape) => dispatch(Pass::InputGradient, shape, input, weight, bias),
        None => module::conv_transpose2d(input, weight, bias, options),
    }
}

fn dispatch(
    pass: Pass,
    shape: ConvShape,
    first: Tensor<4>,
    second: Tensor<4>,
    bias: Option<Tensor<1>>,
) -> Tensor<4> {
    let (first, second) = (first.into_dispatch(), second.into_dispatch());
    Tensor::from_dispatch(match bias {
        Some(bias) => {
            let bias = bias.into_dispatch();
            <Dispatch as ConvolutionOps>::biased_convolution(pass, shape, first, second, bias)
        }
        None => <Dispatch as ConvolutionOps>::convolution(pass, shape, first, second),
    })
}

/// The shape of a convolution that the kernels support. Burn reports shapes that do not match.
fn convolved(input: &Tensor<4>, weight: &Tensor<4>, options: &ConvOptions<2>) -> Option<ConvShape> {
    let ([batch, channels, height, width], [outputs, inputs, tall, wide]) =
        (input.dims(), weight.dims());
    let [(top, bottom), (left, right)] = options.padding;
    let supported = options.groups == 1
        && options.dilation == [1, 1]
        && channels == inputs
        && top == bottom
        && left == right;
    ConvShape::new(
        batch,
        [inputs, outputs],
        [height, width],
        [tall, wide],
        options.stride,
        [top, left],
    )
    .ok()
    .filter(|_| supported)
}

fn transposed(
    input: &Tensor<4>,
    weight: &Tensor<4>,
    options: &ConvTransposeOptions<2>,
) -> Option<ConvShape> {
    let ([batch, channels, height, width], [inputs, outputs, tall, wide]) =
        (input.dims(), weight.dims());
    let supported = options.groups == 1 && options.dilation == [1, 1] && channels == inputs;
    ConvShape::transposed(
        batch,
        [inputs, outputs],
        [height, width],
        [tall, wide],
        options.stride,
        options.padding,
        options.padding_out,
    )
    .ok()
    .filter(|_| supported)
}

fn are_supported(input: &Tensor<4>, weight: &Tensor<4>, bias: Option<&Tensor<1>>) -> bool {
    is_supported(input) && is_supported(weight) && bias.is_none_or(is_supported)
}
