//! Opening and writing model files.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use burn::tensor::TensorData;
use safetensors::serialize;
use safetensors::tensor::{Dtype, TensorView};
use serde::Serialize;

use crate::ModelError;
use crate::tensor_file::TensorFile;

/// The key of the card in the metadata of a safetensors file.
pub(super) const KEY: &str = "ganforge";

/// Largest file that is read, 8 GiB; twice as much memory is needed.
const MAX_FILE_BYTES: u64 = 8 << 30;

pub(super) fn open_file(path: &Path) -> Result<TensorFile<'_, File>, ModelError> {
    let failed = |source| ModelError::Io {
        path: path.to_owned(),
        source,
    };
    // Checked before opening: opening a pipe blocks, and a device has no end.
    let about = std::fs::metadata(path).map_err(failed)?;
    if about.is_dir() {
        return Err(failed(ErrorKind::IsADirectory.into()));
    }
    if !about.is_file() {
        let what = "not a regular file; name a model file";
        return Err(failed(std::io::Error::new(ErrorKind::InvalidInput, what)));
    }
    if about.len() > MAX_FILE_BYTES {
        return Err(ModelError::TooLarge {
            bytes: about.len(),
            most: MAX_FILE_BYTES,
        });
    }
    let file = File::open(path).map_err(failed)?;
    TensorFile::open(file, about.len(), path)
}

/// The content of a file with this card and these tensors. The same model gives the same bytes.
pub(super) fn to_bytes(
    card: &impl Serialize,
    weights: &BTreeMap<String, TensorData>,
) -> Result<Vec<u8>, ModelError> {
    let card =
        serde_json::to_string(card).map_err(|error| ModelError::Description(error.to_string()))?;
    let metadata = HashMap::from([(KEY.to_owned(), card)]);
    let refuse = |error: safetensors::SafeTensorError| ModelError::Weights(error.to_string());
    let views = weights
        .iter()
        .map(|(name, data)| {
            let shape = data.shape().as_slice().to_vec();
            let view = TensorView::new(Dtype::F32, shape, data.as_bytes());
            Ok((name, view.map_err(refuse)?))
        })
        .collect::<Result<Vec<_>, ModelError>>()?;
    serialize(views, Some(metadata)).map_err(refuse)
}

/// Fails for the first tensor with a value that is not finite.
pub(super) fn check_finite(weights: &BTreeMap<String, TensorData>) -> Result<(), ModelError> {
    for (name, data) in weights {
        let numbers = data.as_slice::<f32>();
        let numbers = numbers.map_err(|error| ModelError::Weights(error.to_string()))?;
        if let Some(&value) = numbers.iter().find(|number| !number.is_finite()) {
            let tensor = name.clone();
            return Err(ModelError::NotFinite { tensor, value });
        }
    }
    Ok(())
}
