//! Fully connected layers: product, bias and activation as one operation with one way back.

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

/// `activation(input · weight + bias)`: [`burn::tensor::module::linear`] and the activation after it, faster on the CPU in
/// 32-bit floats. Anything else is left to Burn.
///
/// # Shapes
/// - `input`: `[batch, inputs]`
/// - `weight`: `[inputs, outputs]`
/// - `bias`: `[outputs]`
/// - output: `[batch, outputs]`
///
/// # Panics
/// If the shapes do not fit each other.
#[must_use]
pub fn linear(
    input: Tensor<2>,
    weight: Tensor<2>,
    bias: Option<Tensor<1>>,
    activation: Nonlinearity,
) -> Tensor<2> {
    if !(fits(&input, &weight, bias.as_ref())) {
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

/// Whether the kernels know these; shapes that do not fit each other are for Burn to complain about.
fn fits(input: &Tensor<2>, weight: &Tensor<2>, bias: Option<&Tensor<1>>) -> bool {
    let ([batch, inputs], [rows, outputs]) = (input.dims(), weight.dims());
    let bias_fits = bias.is_none_or(|bias| bias.dims() == [outputs] && is_supported(bias));
    let not_empty = batch > 0 && inputs > 0 && outputs > 0;
    inputs == rows && not_empty && bias_fits && is_supported(input) && is_supported(weight)
}
