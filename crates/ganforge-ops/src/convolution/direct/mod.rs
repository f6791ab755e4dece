//! Convolutions of kernel 4, stride 2, padding 1 between an image of 1 or 3 channels and a layer of many: the first and last layers of a DCGAN.
//!
//! So few channels fill neither vectors nor the columns of a matrix product. Instead, vectors hold neighbouring positions, no columns are written to
//! memory, and every sum stays in registers. In the forward pass, the image is split once into even and odd columns, after which every tap reads
//! contiguous memory. In the input gradient, the four pixels under an output are summed together: twelve sums of three channels for every loaded
//! vector.

mod input_gradient;
mod output;
mod row;

#[cfg(test)]
mod tests;

use pulp::Arch;

use super::im2col;
use crate::convolution::ConvShape;
use crate::uninit::Uninit;
use row::ROW;

/// Positions of an image must be a multiple of this, which every tile divides.
const POSITIONS: usize = 64;

/// Whether the kernels support the shape: a layer as above, of images whose rows are whole vectors.
pub fn supports(shape: &ConvShape) -> bool {
    (shape.kernel(), shape.stride(), shape.padding()) == ([4, 4], [2, 2], [1, 1])
        && matches!(shape.inputs(), 1 | 3)
        && shape.size() == shape.output_size().map(|size| 2 * size)
        && shape.output_size()[1].is_multiple_of(ROW)
        && shape.output_plane_len().is_multiple_of(POSITIONS)
}

/// Forward pass; slices as in [`convolve`](crate::convolve).
pub fn convolve(
    shape: &ConvShape,
    input: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    output: Uninit,
) {
    output::convolve(Arch::new(), shape, input, weight, bias, output);
}

/// Gradient with respect to the input; slices as in [`convolve_input_gradient`](crate::convolve_input_gradient). For a single channel, im2col
/// measured faster, because its columns stay in a first-level cache.
pub fn convolve_input_gradient(
    shape: &ConvShape,
    output_gradient: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    input_gradient: Uninit,
) {
    if shape.inputs() != input_gradient::CHANNELS {
        return im2col::convolve_input_gradient(
            shape,
            output_gradient,
            weight,
            bias,
            input_gradient,
        );
    }
    let arch = Arch::new();
    input_gradient::convolve(arch, shape, output_gradient, weight, bias, input_gradient);
}
