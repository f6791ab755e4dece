//! Names of feature spaces in recipes and on the command line.

use std::path::Path;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::feature_space::FeatureSpace;
use super::inception::INCEPTION_FILE;
use crate::error::EvalError;

/// The name of a feature space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeatureName {
    /// Pixels in [-1, 1].
    #[default]
    Raw,
    /// The last hidden layer of the built-in classifier of 28×28 digits.
    Digits,
    /// Inception-v3 with the published weights, which must have been fetched.
    Inception,
}

impl FeatureName {
    /// Opens the feature space on a device. `cache` is the folder of fetched weights.
    ///
    /// # Errors
    /// The weights are missing or not the published ones.
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
