//! Kernel 4, stride 2, padding 1 between an image of 1 or 3 channels and a layer of many: the ends of a DCGAN. No columns are written down;
//! positions lie side by side in vectors, and every sum stays in registers from its first product to its last.

mod input_gradient;
mod output;

#[cfg(test)]
mod tests;

use pulp::Arch;

use super::im2col;
use crate::convolution::ConvShape;
use crate::pool;
use crate::uninit::Uninit;

/// Positions that every tile divides, and a row of vectors on any machine.
const POSITIONS: usize = 64;
const ROW: usize = 16;

/// Whether the shape is one of the layers this is written for: of images whose rows are whole vectors.
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

/// Gradient by the input; slices as in [`convolve_input_gradient`](crate::convolve_input_gradient). The columns of a single channel stay in
/// a first-level cache: merged, that measured faster.
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

fn threads(shape: &ConvShape) -> usize {
    pool::matmul_threads(shape.operations())
}
