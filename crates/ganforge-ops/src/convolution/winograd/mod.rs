//! Kernel 4, stride 2, padding 1 by polyphase Winograd, and kernel 3, stride 1, padding 1 by Winograd; the crate's documentation has the
//! mathematics.

mod matmul;
mod panels;
mod passes;
mod tiling;
mod transform;
mod variant;
mod weight;

#[cfg(test)]
mod tests;

use pulp::Arch;

use crate::convolution::ConvShape;
use crate::simd_planes::LANES;
use crate::uninit::Uninit;
use variant::{Polyphase, UnitStride};

/// Tiles of a batch for which it pays to transform the weights of a layer, the larger ones only for more. With half as many, 64 and 128 channels
/// measured slower, and fewer than 64 still faster.
const MIN_TILES: usize = 16;
const MIN_TILES_LARGE: usize = 32;

/// Input channels of a layer that is large.
const LARGE_CHANNELS: usize = 128;

/// Whether the shape is one of the layers this is written for.
pub fn supports(shape: &ConvShape) -> bool {
    is_polyphase(shape) || is_unit_stride(shape)
}

fn is_polyphase(shape: &ConvShape) -> bool {
    (shape.kernel(), shape.stride(), shape.padding()) == ([4, 4], [2, 2], [1, 1])
}

fn is_unit_stride(shape: &ConvShape) -> bool {
    (shape.kernel(), shape.stride(), shape.padding()) == ([3, 3], [1, 1], [1, 1])
}

/// Whether the shape is supported and measured faster this way: channels that fill the lanes, and tiles enough to pay for transforming the
/// weights.
pub fn is_profitable(shape: &ConvShape) -> bool {
    let [rows, columns] = shape.output_size().map(|size| size.div_ceil(2));
    let min_tiles = if shape.inputs() < LARGE_CHANNELS {
        MIN_TILES
    } else {
        MIN_TILES_LARGE
    };
    supports(shape)
        && shape.inputs() >= LANES
        && shape.outputs() >= LANES
        && shape.batch() * rows * columns >= min_tiles
}

/// Forward pass; slices as in [`convolve`](crate::convolve).
pub fn convolve(
    shape: &ConvShape,
    input: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    output: Uninit,
) {
    convolve_on(Arch::new(), shape, input, weight, bias, output);
}

/// Gradient by the input; slices as in [`convolve_input_gradient`](crate::convolve_input_gradient).
pub fn convolve_input_gradient(
    shape: &ConvShape,
    output_gradient: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    input_gradient: Uninit,
) {
    input_gradient_on(
        Arch::new(),
        shape,
        output_gradient,
        weight,
        bias,
        input_gradient,
    );
}

/// Gradient by the weight; slices as in [`convolve_weight_gradient`](crate::convolve_weight_gradient).
pub fn convolve_weight_gradient(
    shape: &ConvShape,
    input: &[f32],
    output_gradient: &[f32],
    weight_gradient: Uninit,
) {
    weight_gradient_on(Arch::new(), shape, input, output_gradient, weight_gradient);
}

fn convolve_on(
    arch: Arch,
    shape: &ConvShape,
    input: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    output: Uninit,
) {
    let pass = if is_polyphase(shape) {
        passes::convolve::<Polyphase>
    } else {
        passes::convolve::<UnitStride>
    };
    pass(arch, shape, input, weight, bias, output);
}

fn input_gradient_on(
    arch: Arch,
    shape: &ConvShape,
    output_gradient: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    input_gradient: Uninit,
) {
    let pass = if is_polyphase(shape) {
        passes::input_gradient::<Polyphase>
    } else {
        passes::input_gradient::<UnitStride>
    };
    pass(arch, shape, output_gradient, weight, bias, input_gradient);
}

fn weight_gradient_on(
    arch: Arch,
    shape: &ConvShape,
    input: &[f32],
    output_gradient: &[f32],
    weight_gradient: Uninit,
) {
    let pass = if is_polyphase(shape) {
        passes::weight_gradient::<Polyphase>
    } else {
        passes::weight_gradient::<UnitStride>
    };
    pass(arch, shape, input, output_gradient, weight_gradient);
}
