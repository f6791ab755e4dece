//! Parameter updates in one pass over memory. As separate tensor operations, an update would read and write each element about ten times.

mod adam;
mod extension;
mod momentum;
mod parallel;

pub use adam::{AdamOutput, AdamStep, Decay};
pub use extension::FusedUpdateOps;
pub use momentum::{MomentumStep, momentum_step};

use burn::backend::{Dispatch, DispatchDevice};
use burn::tensor::{DType, Tensor};

/// Linear interpolation, `average + share·(latest - average)`. Where both inputs are equal, the output is bitwise equal to them.
///
/// # Shapes
/// - `average`, `latest`, output: alike
///
/// # Examples
///
/// ```
/// use ganforge_ops::burn::tensor::{Device, Tensor};
/// use ganforge_ops::lerp;
///
/// let device = Device::flex();
/// let [average, latest] = [0.0, 4.0].map(|x| Tensor::<1>::from_floats([x], &device));
/// assert_eq!(lerp(average, latest, 0.25).into_scalar::<f32>(), 1.0);
/// ```
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

/// Whether the fused kernels support a tensor: 32-bit floats on the CPU without gradient tracking.
fn is_supported<const D: usize>(tensor: &Tensor<D>) -> bool {
    let device = tensor.device();
    tensor.dtype() == DType::F32 && matches!(device.as_dispatch(), DispatchDevice::Flex(_))
}
