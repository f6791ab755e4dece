//! Which tensors this crate's kernels take.

use burn::backend::DispatchDevice;
use burn::tensor::{DType, Device, Tensor};

/// True for tensors that this crate's kernels take: 32-bit floats on the CPU.
pub(crate) fn is_supported<const D: usize>(tensor: &Tensor<D>) -> bool {
    tensor.dtype() == DType::F32 && is_flex(tensor.device().as_dispatch())
}

/// True if tensors on the device are in the memory of the process, where this crate's kernels can read them.
#[must_use]
pub fn is_host(device: &Device) -> bool {
    is_flex(device.as_dispatch())
}

fn is_flex(device: &DispatchDevice) -> bool {
    // Without this crate's backward passes, tensors that take gradients are left to Burn.
    #[cfg(feature = "autodiff")]
    if let DispatchDevice::Autodiff(device) = device {
        return is_flex(device);
    }
    matches!(device, DispatchDevice::Flex(_))
}
