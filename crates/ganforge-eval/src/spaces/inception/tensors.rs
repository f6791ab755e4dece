//! The tensors of a PyTorch file, taken by name until none is left.

use std::collections::BTreeMap;
use std::path::Path;

use pytorch_reader::{DType, PytorchReader};

/// Suffix of batch-norm update counters, the only tensors in the file that inference does not use.
const COUNTERS: &str = ".num_batches_tracked";

/// A tensor's shape and its elements, row-major.
type StoredTensor = (Vec<usize>, Vec<f32>);

/// Tensors by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Tensors {
    pub(super) left: BTreeMap<String, StoredTensor>,
}

impl Tensors {
    /// All tensors of a file except the counters.
    ///
    /// # Errors
    /// The file is not a PyTorch file, is damaged, or has a tensor that is not `float32`.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let refuse = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let file = PytorchReader::new(path).map_err(|error| refuse(&error))?;
        let mut left = BTreeMap::new();
        for (name, tensor) in file.into_tensors() {
            if name.ends_with(COUNTERS) {
                continue;
            }
            if tensor.dtype() != DType::F32 {
                let found = tensor.dtype();
                return Err(refuse(&format!(
                    "tensor `{name}` is {found:?}, expected F32"
                )));
            }
            let bytes = tensor.read().map_err(|error| refuse(&error))?;
            let (elements, _) = bytes.as_chunks();
            let elements = elements.iter().copied().map(f32::from_ne_bytes).collect();
            left.insert(name, (tensor.shape().to_vec(), elements));
        }
        Ok(Self { left })
    }

    /// Removes a tensor and returns its elements.
    ///
    /// # Errors
    /// It is missing or has another shape.
    pub(super) fn take<const D: usize>(
        &mut self,
        name: &str,
        expected: [usize; D],
    ) -> Result<Vec<f32>, String> {
        match self.left.remove(name) {
            Some((shape, elements)) if shape == expected => Ok(elements),
            Some((shape, _)) => Err(format!(
                "tensor `{name}` is of shape {shape:?}, expected {expected:?}"
            )),
            None => Err(format!("tensor `{name}` is missing")),
        }
    }

    /// Checks that every tensor was taken.
    ///
    /// # Errors
    /// A tensor was not taken.
    pub(super) fn finish(self) -> Result<(), String> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(name) => Err(format!("tensor `{name}` has no place in it")),
        }
    }
}
