//! Which tensors the kernels of this crate support.

use burn::backend::DispatchDevice;
use burn::tensor::{DType, Device, Tensor};

/// Whether the kernels support the tensor: 32-bit floats on the CPU.
pub(crate) fn is_supported<const D: usize>(tensor: &Tensor<D>) -> bool {
    tensor.dtype() == DType::F32 && is_flex(tensor.device().as_dispatch())
}

/// Whether tensors on the device lie in the memory of the process, where the kernels of this crate can read them.
#[must_use]
pub fn is_host(device: &Device) -> bool {
    is_flex(device.as_dispatch())
}

fn is_flex(device: &DispatchDevice) -> bool {
    // Without the feature `autodiff`, the crate has no backward passes, and Burn computes on tensors that track gradients.
    #[cfg(feature = "autodiff")]
    if let DispatchDevice::Autodiff(device) = device {
        return is_flex(device);
    }
    matches!(device, DispatchDevice::Flex(_))
}
