//! The three passes as one operation of Burn's backends.

#[cfg(feature = "autodiff")]
mod autodiff;
mod flex;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, backend_extension};

use crate::convolution::ConvShape;

/// Which of the three tensors of a convolution is sought, the other two given.
///
/// All three are slices of one form, linear in the input, the weight and the output gradient: so the derivative of a pass by
/// either of its operands is again a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// The output, of input and weight.
    Output,
    /// The input's gradient, of output gradient and weight.
    InputGradient,
    /// The weight's gradient, of input and output gradient.
    WeightGradient,
}

/// Convolution by this crate's kernels, on backends that keep their tensors where the kernels reach them.
#[backend_extension(Flex, Autodiff: cfg(feature = "autodiff"))]
pub trait ConvolutionOps: Backend {
    /// One pass over tensors of 32-bit floats.
    ///
    /// # Shapes
    /// - `first`, `second`: the operands in the order [`Pass`] names them, sized as `shape` says
    fn convolution(
        pass: Pass,
        shape: ConvShape,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
    ) -> FloatTensor<Self>;

    /// One pass, and a bias added to each channel of its result.
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
    /// The sizes of what is sought.
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
