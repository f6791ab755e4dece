//! What can go wrong when a network is built or a model file is read.

use std::path::PathBuf;

/// A value in a network's configuration that no network can be built from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{key}` is {value}, allowed: {allowed}")]
#[non_exhaustive]
pub struct ConfigError {
    /// The key, relative to the network's table, such as `width`.
    pub key: String,
    /// The offending value as the user wrote it.
    pub value: String,
    /// The values that would be accepted.
    pub allowed: String,
}

impl ConfigError {
    /// Names the key, the value found there and the range that is allowed.
    pub fn new(
        key: impl Into<String>,
        value: impl std::fmt::Display,
        allowed: impl Into<String>,
    ) -> Self {
        Self {
            key: key.into(),
            value: value.to_string(),
            allowed: allowed.into(),
        }
    }

    /// Fails unless `value` is at least 1.
    pub(crate) fn at_least_one(key: &str, value: usize) -> Result<(), Self> {
        if value == 0 {
            return Err(Self::new(key, value, "1 or more"));
        }
        Ok(())
    }
}

/// Why a model file could not be written, read or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file concerned.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The bytes are no complete safetensors file.
    #[error("not a complete safetensors file ({0}); copy or train the model again")]
    NotSafetensors(String),
    /// A safetensors file without the metadata that makes it a ganforge model.
    #[error("a safetensors file, but not a ganforge model: its metadata has no key `ganforge`")]
    NotGanforge,
    /// Written by another version of the format.
    #[error(
        "model format {found} is not known to this version, which reads format {known}; update ganforge"
    )]
    UnknownFormat {
        /// The format number in the file.
        found: u64,
        /// The format number this crate reads.
        known: u64,
    },
    /// The metadata is there but does not describe a model.
    #[error("the model's description is damaged: {0}")]
    Description(String),
    /// A complete description of a network that the reader does not know.
    #[error(
        "the model's network is not one that this program knows ({0}); open it where the network is defined, or \
         update ganforge"
    )]
    UnknownArchitecture(String),
    /// The architecture described cannot be built.
    #[error("the model's architecture cannot be built: {0}")]
    Architecture(#[from] ConfigError),
    /// More bytes than a model may have.
    #[error("{bytes} bytes, more than the {most} a model file may have")]
    TooLarge {
        /// Bytes of the file.
        bytes: u64,
        /// Bytes allowed.
        most: u64,
    },
    /// Weights that make no images.
    #[error(
        "the weights are not finite (`{tensor}` holds {value}): training had diverged when this file was written; use an \
         earlier model or checkpoint"
    )]
    NotFinite {
        /// The first tensor concerned.
        tensor: String,
        /// What it holds.
        value: f32,
    },
    /// The weights do not fit the architecture.
    #[error("the weights do not fit the architecture: {0}")]
    Weights(String),
}
