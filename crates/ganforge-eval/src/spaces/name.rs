//! What a feature space is called in a recipe and on a command line.

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::{FeatureError, FeatureSpace};

/// A feature space, by name: the one place where a name becomes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeatureName {
    /// Pixels in [-1, 1].
    #[default]
    Raw,
    /// The shipped classifier of 28×28 digits.
    Digits,
}

impl FeatureName {
    /// The space of this name, on a device.
    ///
    /// # Errors
    /// A network that cannot be had.
    pub fn open(self, device: &Device) -> Result<FeatureSpace, FeatureError> {
        match self {
            Self::Raw => Ok(FeatureSpace::Raw),
            Self::Digits => FeatureSpace::digits(device),
        }
    }
}
