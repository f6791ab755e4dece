//! Errors of building a network and of reading a model file.

use std::path::PathBuf;

/// A value of a network's configuration that is out of range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{key}` is {value}, allowed: {allowed}")]
#[non_exhaustive]
pub struct ConfigError {
    /// The key below the network's table, such as `width`.
    pub key: String,
    /// The value, as the user wrote it.
    pub value: String,
    /// The values that are accepted.
    pub allowed: String,
}

impl ConfigError {
    /// The error of `value` at `key`, where `allowed` describes the accepted values.
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

    /// Refuses a dropout rate outside [0, 1).
    pub(crate) fn rate(key: &str, value: f64) -> Result<(), Self> {
        if (0.0..1.0).contains(&value) {
            return Ok(());
        }
        Err(Self::new(key, value, "0 or more and below 1"))
    }

    /// Refuses a range that is empty or not finite.
    pub(crate) fn range(key: &str, [lowest, highest]: [f64; 2]) -> Result<(), Self> {
        if lowest.is_finite() && highest.is_finite() && lowest < highest {
            return Ok(());
        }
        let range = format!("[{lowest}, {highest}]");
        let allowed = "[lowest, highest], two numbers of which the second is larger";
        Err(Self::new(key, range, allowed))
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
    /// An error of the file system.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// Not a complete safetensors file.
    #[error("not a complete safetensors file ({0}); copy or train the model again")]
    NotSafetensors(String),
    /// A safetensors file without the metadata of a ganforge model.
    #[error("a safetensors file, but not a ganforge model: its metadata has no key `ganforge`")]
    NotGanforge,
    /// A format number that this version does not read.
    #[error(
        "model format {found} is not known to this version, which reads format {known}; update ganforge"
    )]
    UnknownFormat {
        /// The format number in the file.
        found: u64,
        /// The newest format that this version reads.
        known: u64,
    },
    /// Metadata that does not describe a model.
    #[error("the model's description is damaged: {0}")]
    Description(String),
    /// The configuration of a network that this program does not define.
    #[error(
        "the model's network is not one that this program knows ({0}); open it where the network is defined, or \
         update ganforge"
    )]
    UnknownArchitecture(String),
    /// A configuration that no network can be built from.
    #[error("the model's architecture cannot be built: {0}")]
    Architecture(#[from] ConfigError),
    /// A file larger than a model file may be.
    #[error("{bytes} bytes, more than the {most} a model file may have")]
    TooLarge {
        /// Size of the file in bytes.
        bytes: u64,
        /// Largest size allowed, in bytes.
        most: u64,
    },
    /// Weights that are not finite.
    #[error(
        "the weights are not finite (`{tensor}` holds {value}): training had diverged when this file was written; use an \
         earlier model or checkpoint"
    )]
    NotFinite {
        /// The first such tensor.
        tensor: String,
        /// The value found in it.
        value: f32,
    },
    /// Weights that do not fit the architecture.
    #[error("the weights do not fit the architecture: {0}")]
    Weights(String),
}
