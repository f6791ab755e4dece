//! Opening a model on the CPU, where no device was chosen.

use std::path::Path;

use burn::tensor::Device;

use super::sampler::Sampler;
use crate::error::InferError;

impl Sampler {
    /// Opens a model file on the CPU.
    ///
    /// # Errors
    /// Those of [`open_on`](Self::open_on).
    pub fn open(path: impl AsRef<Path>) -> Result<Self, InferError> {
        Self::open_on(path, &Device::flex())
    }

    /// Opens the bytes of a model file on the CPU, such as one included in the program.
    ///
    /// # Errors
    /// Those of [`from_bytes_on`](Self::from_bytes_on).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InferError> {
        Self::from_bytes_on(bytes, &Device::flex())
    }
}
