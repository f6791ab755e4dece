//! Updates of a parameter in one sweep over its numbers, where operation by operation each would be read and written ten times.

mod adam;
mod extension;
mod momentum;
mod parallel;

pub use adam::{AdamOutput, AdamStep, Decay};
pub use extension::FusedUpdateOps;
pub use momentum::{MomentumStep, momentum_step};

use burn::backend::{Dispatch, DispatchDevice};
use burn::tensor::{DType, Tensor};

/// `average + share·(latest - average)`: equal numbers stay equal to the last bit.
///
/// # Shapes
/// - `average`, `latest`, output: alike
#[must_use]
pub fn lerp<const D: usize>(average: Tensor<D>, latest: Tensor<D>, share: f64) -> Tensor<D> {
    if average.dims() == latest.dims() && is_supported(&average) && is_supported(&latest) {
        let (average, latest) = (average.into_dispatch(), latest.into_dispatch());
        return Tensor::from_dispatch(<Dispatch as FusedUpdateOps>::lerp(
            average,
            latest,
            share as f32,
        ));
    }
    average.clone() + (latest - average) * share
}

/// Whether the sweeps reach a tensor: 32-bit floats on the CPU that nothing is differentiated through.
fn is_supported<const D: usize>(tensor: &Tensor<D>) -> bool {
    let device = tensor.device();
    tensor.dtype() == DType::F32 && matches!(device.as_dispatch(), DispatchDevice::Flex(_))
}
