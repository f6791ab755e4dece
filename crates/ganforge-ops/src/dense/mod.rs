//! Fully connected layers: product, bias and activation as one differentiable operation.

#[cfg(feature = "autodiff")]
mod autodiff;
mod extension;
mod kernel;

pub use extension::{DenseBackward, DenseGradients, DenseOps};
pub use kernel::RequiredGradients;

use burn::backend::Dispatch;
use burn::tensor::{Tensor, module};

use crate::activation::{Nonlinearity, activate};
use crate::device::is_supported;

/// `activation(input · weight + bias)`: [`burn::tensor::module::linear`] followed by an activation, faster on the CPU in 32-bit floats. Other tensors
/// are passed to Burn.
///
/// # Shapes
/// - `input`: `[batch, inputs]`
/// - `weight`: `[inputs, outputs]`
/// - `bias`: `[outputs]`
/// - output: `[batch, outputs]`
///
/// # Panics
/// If the shapes do not match.
///
/// # Examples
///
/// ```
/// use ganforge_ops::burn::tensor::{Device, Tensor};
/// use ganforge_ops::{Nonlinearity, Rectifier, linear};
///
/// let device = Device::flex();
/// let input = Tensor::<2>::from_floats([[1.0, 2.0]], &device);
/// let weight = Tensor::<2>::from_floats([[1.0, -1.0], [1.0, -1.0]], &device);
/// let relu = Nonlinearity::Rectifier(Rectifier::Relu);
/// let output = linear(input, weight, None, relu);
/// assert_eq!(output.to_data().to_vec::<f32>().unwrap(), [3.0, 0.0]);
/// ```
#[must_use]
pub fn linear(
    input: Tensor<2>,
    weight: Tensor<2>,
    bias: Option<Tensor<1>>,
    activation: Nonlinearity,
) -> Tensor<2> {
    if !(can_fuse(&input, &weight, bias.as_ref())) {
        return activate(activation, module::linear(input, weight, bias));
    }
    let (input, weight) = (input.into_dispatch(), weight.into_dispatch());
    Tensor::from_dispatch(match bias {
        Some(bias) => {
            let bias = bias.into_dispatch();
            <Dispatch as DenseOps>::dense_with_bias(activation, input, weight, bias)
        }
        None => <Dispatch as DenseOps>::dense(activation, input, weight),
    })
}

/// Whether the kernels support the operands. Burn reports shapes that do not match.
fn can_fuse(input: &Tensor<2>, weight: &Tensor<2>, bias: Option<&Tensor<1>>) -> bool {
    let ([batch, inputs], [rows, outputs]) = (input.dims(), weight.dims());
    let bias_fits = bias.is_none_or(|bias| bias.dims() == [outputs] && is_supported(bias));
    let not_empty = batch > 0 && inputs > 0 && outputs > 0;
    inputs == rows && not_empty && bias_fits && is_supported(input) && is_supported(weight)
}
