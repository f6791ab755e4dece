//! Reads a safetensors file. Its header is checked against the length of the file before a tensor is read, so that no
//! allocation exceeds the size of the file.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;

use burn::tensor::{Bytes, DType, TensorData};
use safetensors::tensor::{Dtype, Metadata};

use crate::ModelError;

/// Largest header, in bytes: enough for 100,000 tensors or class names.
const MAX_HEADER_BYTES: u64 = 16 << 20;

/// A safetensors file whose header has been read.
pub struct TensorFile<'a, R> {
    header: Metadata,
    source: R,
    path: &'a Path,
}

impl<'a, R: Read> TensorFile<'a, R> {
    /// Reads the header of a file of `len` bytes; `path` is for error messages.
    ///
    /// # Errors
    /// A file that is not safetensors, is truncated, has bytes after its last tensor, or cannot be read.
    pub fn open(mut source: R, len: u64, path: &'a Path) -> Result<Self, ModelError> {
        let refuse = |what: String| Err(ModelError::NotSafetensors(what));
        let before = u64::from(u64::BITS / 8);
        let claimed = match read(&mut source, before, path)?.try_into() {
            Ok(bytes) => u64::from_le_bytes(bytes),
            Err(_) => return refuse(format!("it has {len} bytes")),
        };
        if claimed > MAX_HEADER_BYTES {
            return refuse(format!("its header claims {claimed} bytes"));
        }
        let header = read(&mut source, claimed, path)?;
        if (header.len() as u64) < claimed {
            return refuse("its header is cut short".to_owned());
        }
        let header: Metadata = match serde_json::from_slice(&header) {
            Ok(header) => header,
            Err(error) => return refuse(error.to_string()),
        };
        let expected = (header.data_len() as u64).checked_add(before + claimed);
        if expected != Some(len) {
            return refuse(format!(
                "it has {len} bytes, its header describes {}",
                expected.unwrap_or(u64::MAX)
            ));
        }
        Ok(Self {
            header,
            source,
            path,
        })
    }

    /// An entry of the metadata.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        self.header
            .metadata()
            .as_ref()?
            .get(key)
            .map(String::as_str)
    }

    /// The number of elements of all tensors whose names begin with `prefix`.
    pub fn elements(&self, prefix: &str) -> usize {
        let tensors = self.header.tensors();
        let sizes = tensors
            .iter()
            .filter(|(name, _)| name.starts_with(prefix))
            .map(|(_, info)| info.data_offsets.1 - info.data_offsets.0);
        sizes.sum::<usize>() / size_of::<f32>()
    }

    /// Reads the tensors whose names begin with `prefix`, which is removed from the names.
    ///
    /// # Errors
    /// A tensor that does not hold 32-bit floats, or an error of the file system.
    pub fn tensors(mut self, prefix: &str) -> Result<BTreeMap<String, TensorData>, ModelError> {
        let infos = self.header.tensors();
        for (name, info) in &infos {
            if info.dtype != Dtype::F32 && name.starts_with(prefix) {
                return Err(ModelError::Weights(format!(
                    "tensor `{name}` holds {:?}, expected F32",
                    info.dtype
                )));
            }
        }
        let mut tensors = BTreeMap::new();
        for name in self.header.offset_keys() {
            let info = infos[&name];
            let (start, end) = info.data_offsets;
            let Some(short) = name.strip_prefix(prefix) else {
                skip(&mut self.source, (end - start) as u64, self.path)?;
                continue;
            };
            let bytes = read(&mut self.source, (end - start) as u64, self.path)?;
            if bytes.len() < end - start {
                let what = format!("tensor `{name}` is cut short");
                return Err(ModelError::NotSafetensors(what));
            }
            let bytes = Bytes::from_bytes_vec(bytes);
            let data = TensorData::from_bytes(bytes, info.shape.clone(), DType::F32);
            tensors.insert(short.to_owned(), data);
        }
        Ok(tensors)
    }
}

fn skip(source: &mut impl Read, len: u64, path: &Path) -> Result<(), ModelError> {
    io::copy(&mut source.take(len), &mut io::sink())
        .map(drop)
        .map_err(|source| ModelError::Io {
            path: path.to_owned(),
            source,
        })
}

/// The next `len` bytes; fewer at the end of the file.
fn read(source: &mut impl Read, len: u64, path: &Path) -> Result<Vec<u8>, ModelError> {
    let mut bytes = Vec::new();
    let room = usize::try_from(len).map_or(Ok(()), |len| bytes.try_reserve_exact(len));
    room.map_err(io::Error::from)
        .and_then(|()| source.take(len).read_to_end(&mut bytes))
        .map_err(|source| ModelError::Io {
            path: path.to_owned(),
            source,
        })?;
    Ok(bytes)
}
