//! The tensors of a file that PyTorch wrote, handed out by name until none is left.

use std::collections::BTreeMap;
use std::path::Path;

use pytorch_reader::{DType, PytorchReader};

/// How many updates a batch norm has seen: the one thing in the file that inference has no use for.
const COUNTERS: &str = ".num_batches_tracked";

/// A tensor's shape, and its elements row by row.
type Numbers = (Vec<usize>, Vec<f32>);

/// Tensors by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Tensors {
    pub(super) left: BTreeMap<String, Numbers>,
}

impl Tensors {
    /// Everything in a file but the counters.
    ///
    /// # Errors
    /// A file that PyTorch did not write, that is damaged, or that has numbers of another precision.
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

    /// Takes one out.
    ///
    /// # Errors
    /// If it is missing or has another shape.
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

    /// Makes sure that nothing is left over.
    ///
    /// # Errors
    /// A tensor that was not taken.
    pub(super) fn finish(self) -> Result<(), String> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(name) => Err(format!("tensor `{name}` has no place in it")),
        }
    }
}
