//! The three passes of a convolution as one operation of Burn's backends.

#[cfg(feature = "autodiff")]
mod autodiff;
mod flex;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, backend_extension};

use crate::convolution::ConvShape;

/// Which of the three tensors of a convolution is computed from the other two.
///
/// The passes are partial derivatives of one trilinear form in input, weight and output gradient, so the derivative of a pass with respect to either
/// operand is another pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// The output, from input and weight.
    Output,
    /// The input gradient, from output gradient and weight.
    InputGradient,
    /// The weight gradient, from input and output gradient.
    WeightGradient,
}

/// Convolution by the kernels of this crate, for backends whose tensors lie in host memory.
#[backend_extension(Flex, Autodiff: cfg(feature = "autodiff"))]
pub trait ConvolutionOps: Backend {
    /// One pass over tensors of 32-bit floats.
    ///
    /// # Shapes
    /// - `first`, `second`: the operands in the order of [`Pass`], with the sizes of `shape`
    fn convolution(
        pass: Pass,
        shape: ConvShape,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
    ) -> FloatTensor<Self>;

    /// One pass, plus a bias for each channel of its result.
    ///
    /// # Shapes
    /// - `first`, `second`: as in [`convolution`](Self::convolution)
    /// - `bias`: `[channels]`
    fn biased_convolution(
        pass: Pass,
        shape: ConvShape,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
}

impl Pass {
    /// The sizes of the result.
    ///
    /// # Shapes
    /// - `[batch, outputs, output height, output width]`, `[batch, inputs, height, width]` or
    ///   `[outputs, inputs, kernel height, kernel width]`
    pub(crate) fn result(self, shape: &ConvShape) -> [usize; 4] {
        let (batch, inputs, outputs) = (shape.batch(), shape.inputs(), shape.outputs());
        let (leading, [height, width]) = match self {
            Self::Output => ([batch, outputs], shape.output_size()),
            Self::InputGradient => ([batch, inputs], shape.size()),
            Self::WeightGradient => ([outputs, inputs], shape.kernel()),
        };
        [leading[0], leading[1], height, width]
    }
}
