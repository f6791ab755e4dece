//! What a feature space is called in a recipe and on a command line.

use std::path::Path;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::feature_space::FeatureSpace;
use super::inception::INCEPTION_FILE;
use crate::error::EvalError;

/// A feature space, by name: the one place where a name becomes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeatureName {
    /// Pixels in [-1, 1].
    #[default]
    Raw,
    /// The shipped classifier of 28×28 digits.
    Digits,
    /// Inception-v3 with the published weights, which have been fetched before.
    Inception,
}

impl FeatureName {
    /// The space of this name, on a device; `cache` is the folder into which weights are fetched.
    ///
    /// # Errors
    /// A network whose weights are not there or not the published ones.
    pub fn open(self, device: &Device, cache: &Path) -> Result<FeatureSpace, EvalError> {
        match self {
            Self::Raw => Ok(FeatureSpace::Raw),
            Self::Digits => FeatureSpace::digits(device),
            Self::Inception => {
                let file = cache.join("inception").join(INCEPTION_FILE);
                FeatureSpace::inception(&file, device)
            }
        }
    }
}
