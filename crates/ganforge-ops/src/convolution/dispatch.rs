//! Choice of the algorithm for a shape.

use super::shape::ConvShape;
use super::{direct, im2col, winograd};
use crate::pool;
use crate::uninit::Uninit;

/// An algorithm for the passes of a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// Matrix products over the columns of several images; supports any shape.
    Im2col,
    /// Winograd's minimal filtering, with 9 multiplications instead of 16 for kernel 4, stride 2, padding 1, and 16 instead of 36 for kernel 3,
    /// stride 1, padding 1. The error is about 1e-6 of the largest output.
    Winograd,
    /// Direct summation in registers, for images of 1 or 3 channels: kernel 4, stride 2, padding 1, and rows of a multiple of 32 pixels.
    Direct,
}

impl Algorithm {
    /// All algorithms.
    pub const ALL: [Self; 3] = [Self::Im2col, Self::Winograd, Self::Direct];

    /// The algorithm that measured fastest for shapes of this kind.
    #[must_use]
    pub fn for_shape(shape: &ConvShape) -> Self {
        if winograd::is_profitable(shape) {
            Self::Winograd
        } else if direct::supports(shape) {
            Self::Direct
        } else {
            Self::Im2col
        }
    }

    /// Whether the algorithm supports this shape.
    #[must_use]
    pub fn supports(self, shape: &ConvShape) -> bool {
        match self {
            Self::Im2col => true,
            Self::Winograd => winograd::supports(shape),
            Self::Direct => direct::supports(shape),
        }
    }

    /// [`convolve`](crate::convolve) by this algorithm.
    ///
    /// # Panics
    /// If the length of a slice differs from the shape's, or the algorithm does not support the shape.
    pub fn convolve(self, shape: &ConvShape, input: &[f32], weight: &[f32], output: &mut [f32]) {
        self.convolve_biased(shape, input, weight, None, output.into());
    }

    /// As [`convolve`](Self::convolve), plus an optional `bias` `[outputs]` at every position.
    pub(crate) fn convolve_biased(
        self,
        shape: &ConvShape,
        input: &[f32],
        weight: &[f32],
        bias: Option<&[f32]>,
        output: Uninit,
    ) {
        self.check(shape, input.len(), weight.len(), output.len());
        check_bias(bias, shape.outputs());
        let pass = match self {
            Self::Im2col => im2col::convolve,
            Self::Winograd => winograd::convolve,
            Self::Direct => direct::convolve,
        };
        run(shape, || pass(shape, input, weight, bias, output));
    }

    /// [`convolve_input_gradient`](crate::convolve_input_gradient) by this algorithm.
    ///
    /// # Panics
    /// As [`convolve`](Self::convolve).
    pub fn convolve_input_gradient(
        self,
        shape: &ConvShape,
        output_gradient: &[f32],
        weight: &[f32],
        input_gradient: &mut [f32],
    ) {
        self.input_gradient_biased(shape, output_gradient, weight, None, input_gradient.into());
    }

    /// As [`convolve_input_gradient`](Self::convolve_input_gradient), plus an optional `bias` `[inputs]` at every pixel, which the forward pass of a
    /// transposed convolution needs.
    pub(crate) fn input_gradient_biased(
        self,
        shape: &ConvShape,
        output_gradient: &[f32],
        weight: &[f32],
        bias: Option<&[f32]>,
        input_gradient: Uninit,
    ) {
        self.check(
            shape,
            input_gradient.len(),
            weight.len(),
            output_gradient.len(),
        );
        check_bias(bias, shape.inputs());
        let pass = match self {
            Self::Im2col => im2col::convolve_input_gradient,
            Self::Winograd => winograd::convolve_input_gradient,
            Self::Direct => direct::convolve_input_gradient,
        };
        run(shape, || {
            pass(shape, output_gradient, weight, bias, input_gradient);
        });
    }

    /// [`convolve_weight_gradient`](crate::convolve_weight_gradient) by this algorithm.
    ///
    /// # Panics
    /// As [`convolve`](Self::convolve).
    pub fn convolve_weight_gradient(
        self,
        shape: &ConvShape,
        input: &[f32],
        output_gradient: &[f32],
        weight_gradient: &mut [f32],
    ) {
        self.weight_gradient(shape, input, output_gradient, weight_gradient.into());
    }

    /// As [`convolve_weight_gradient`](Self::convolve_weight_gradient).
    pub(crate) fn weight_gradient(
        self,
        shape: &ConvShape,
        input: &[f32],
        output_gradient: &[f32],
        weight_gradient: Uninit,
    ) {
        self.check(
            shape,
            input.len(),
            weight_gradient.len(),
            output_gradient.len(),
        );
        let pass = match self {
            // With few taps the im2col pass already accumulates in registers.
            Self::Im2col | Self::Direct => im2col::convolve_weight_gradient,
            Self::Winograd => winograd::convolve_weight_gradient,
        };
        run(shape, || {
            pass(shape, input, output_gradient, weight_gradient);
        });
    }

    fn check(self, shape: &ConvShape, input: usize, weight: usize, output: usize) {
        assert!(self.supports(shape), "{self:?} does not support {shape:?}");
        assert_eq!(input, shape.input_len(), "length of the input");
        assert_eq!(weight, shape.weight_len(), "length of the weight");
        assert_eq!(output, shape.output_len(), "length of the output");
    }
}

fn check_bias(bias: Option<&[f32]>, channels: usize) {
    let fits = bias.is_none_or(|bias| bias.len() == channels);
    assert!(fits, "length of the bias");
}

fn run(shape: &ConvShape, pass: impl FnOnce() + Send) {
    pool::install(pool::matmul_threads(shape.operations()), pass);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fastest_measured_algorithm_is_selected() {
        let of_size = |size, batch, channels, kernel: usize, stride: usize| {
            let (kernel, stride) = ([kernel; 2], [stride; 2]);
            let shape = ConvShape::new(batch, channels, size, kernel, stride, [1, 1]);
            Algorithm::for_shape(&shape.expect("a shape that exists"))
        };
        let chosen =
            |batch, channels, kernel, stride| of_size([8, 8], batch, channels, kernel, stride);
        assert_eq!(chosen(64, [128, 256], 4, 2), Algorithm::Winograd);
        assert_eq!(chosen(64, [128, 256], 3, 1), Algorithm::Winograd);
        assert_eq!(chosen(1, [128, 256], 4, 2), Algorithm::Im2col);
        assert_eq!(of_size([32, 32], 1, [3, 64], 4, 2), Algorithm::Direct);
        assert_eq!(chosen(64, [1, 64], 4, 2), Algorithm::Im2col);
        assert_eq!(chosen(64, [128, 256], 3, 2), Algorithm::Im2col);
    }
}
