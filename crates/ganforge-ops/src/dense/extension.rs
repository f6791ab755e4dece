//! Fully connected layers as an operation of Burn's backends.

use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Flex, backend_extension};

use super::kernel::{BackwardInput, DenseShape, RequiredGradients, backward, forward};
use crate::activation::Nonlinearity;
use crate::storage::{contiguous, tensor, values};

/// Fully connected layers by the kernels of this crate, for backends whose tensors lie in host memory.
#[backend_extension(Flex, Autodiff: cfg(feature = "autodiff"))]
pub trait DenseOps: Backend {
    /// `activation(input · weight)`, in 32-bit floats.
    ///
    /// # Shapes
    /// - `input`: `[batch, inputs]`
    /// - `weight`: `[inputs, outputs]`
    /// - output: `[batch, outputs]`
    fn dense(
        activation: Nonlinearity,
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
    ) -> FloatTensor<Self>;

    /// `activation(input · weight + bias)`, in 32-bit floats.
    ///
    /// # Shapes
    /// - `input`, `weight`, output: as in [`dense`](Self::dense)
    /// - `bias`: `[outputs]`
    fn dense_with_bias(
        activation: Nonlinearity,
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
}

/// Gradients with respect to input, weight and bias; `None` where [`RequiredGradients`] does not request one.
pub type DenseGradients<B> = [Option<FloatTensor<B>>; 3];

/// The backward pass of [`DenseOps`].
pub trait DenseBackward: Backend {
    /// The gradients of a layer, from the gradient with respect to its output.
    ///
    /// # Shapes
    /// - `input`, `weight`, `output`: as in [`DenseOps::dense`]
    /// - `gradient`: as `output`
    fn dense_backward(
        required: RequiredGradients,
        activation: Nonlinearity,
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        output: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> DenseGradients<Self>;
}

impl DenseOps for Flex {
    fn dense(
        activation: Nonlinearity,
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        run(activation, input, weight, None)
    }

    fn dense_with_bias(
        activation: Nonlinearity,
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        run(activation, input, weight, Some(bias))
    }
}

impl DenseBackward for Flex {
    fn dense_backward(
        required: RequiredGradients,
        activation: Nonlinearity,
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        output: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> DenseGradients<Self> {
        let [input, weight, output, gradient] = [input, weight, output, gradient].map(contiguous);
        let shape = shape(&input, &weight);
        let saved = BackwardInput {
            input: values(&input),
            weight: values(&weight),
            output: values(&output),
            gradient: values(&gradient),
        };
        let [input_gradient, weight_gradient, bias_gradient] =
            backward(shape, activation, &saved, required);
        let DenseShape {
            batch,
            inputs,
            outputs,
        } = shape;
        [
            input_gradient.map(|values| tensor(values, [batch, inputs])),
            weight_gradient.map(|values| tensor(values, [inputs, outputs])),
            bias_gradient.map(|values| tensor(values, [outputs])),
        ]
    }
}

fn run(
    activation: Nonlinearity,
    input: FlexTensor,
    weight: FlexTensor,
    bias: Option<FlexTensor>,
) -> FlexTensor {
    let (input, weight) = (contiguous(input), contiguous(weight));
    let bias = bias.map(contiguous);
    let shape = shape(&input, &weight);
    let (input, weight) = (values(&input), values(&weight));
    let output = forward(shape, activation, input, weight, bias.as_ref().map(values));
    tensor(output, [shape.batch, shape.outputs])
}

fn shape(input: &FlexTensor, weight: &FlexTensor) -> DenseShape {
    let [batch, inputs] = input.layout().shape().dims();
    let [_, outputs] = weight.layout().shape().dims();
    DenseShape {
        batch,
        inputs,
        outputs,
    }
}
