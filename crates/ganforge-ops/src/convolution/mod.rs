//! The three passes of a convolution, each by the fastest algorithm for its shape.

mod direct;
mod dispatch;
pub(crate) mod extension;
mod im2col;
mod shape;
mod tensor;
mod winograd;

pub use dispatch::Algorithm;
pub use extension::{ConvolutionOps, Pass};
pub use shape::ConvShape;
pub use tensor::{conv_transpose2d, conv2d};

/// The forward pass: the cross-correlation that machine learning calls convolution.
///
/// # Shapes
/// - `input`: `[batch, inputs, height, width]`
/// - `weight`: `[outputs, inputs, kernel height, kernel width]`
/// - `output`: `[batch, outputs, output height, output width]`, overwritten
///
/// # Panics
/// If the length of a slice differs from the shape's.
pub fn convolve(shape: &ConvShape, input: &[f32], weight: &[f32], output: &mut [f32]) {
    Algorithm::for_shape(shape).convolve(shape, input, weight, output);
}

/// The gradient with respect to the input, from that with respect to the output; also the forward pass of a transposed convolution, see
/// [`ConvShape::transposed`].
///
/// # Shapes
/// - `output_gradient`: `[batch, outputs, output height, output width]`
/// - `weight`: `[outputs, inputs, kernel height, kernel width]`
/// - `input_gradient`: `[batch, inputs, height, width]`, overwritten
///
/// # Panics
/// If the length of a slice differs from the shape's.
pub fn convolve_input_gradient(
    shape: &ConvShape,
    output_gradient: &[f32],
    weight: &[f32],
    input_gradient: &mut [f32],
) {
    Algorithm::for_shape(shape).convolve_input_gradient(
        shape,
        output_gradient,
        weight,
        input_gradient,
    );
}

/// The gradient with respect to the weight, summed over the batch.
///
/// # Shapes
/// - `input`: `[batch, inputs, height, width]`
/// - `output_gradient`: `[batch, outputs, output height, output width]`
/// - `weight_gradient`: `[outputs, inputs, kernel height, kernel width]`, overwritten
///
/// # Panics
/// If the length of a slice differs from the shape's.
pub fn convolve_weight_gradient(
    shape: &ConvShape,
    input: &[f32],
    output_gradient: &[f32],
    weight_gradient: &mut [f32],
) {
    Algorithm::for_shape(shape).convolve_weight_gradient(
        shape,
        input,
        output_gradient,
        weight_gradient,
    );
}
