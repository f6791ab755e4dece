//! Minibatch features: features of a sample that compare it with the others of its batch.
//!
//! They let a discriminator detect mode collapse, which no single image shows.

mod deviation;
mod discrimination;

pub use deviation::{MinibatchDeviation, minibatch_deviation};
pub use discrimination::MinibatchDiscrimination;

use burn::module::Module;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::WeightInit;
use crate::{ConfigError, NetworkSize};

/// Features that compare the samples of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum MinibatchFeatures {
    /// Similarity of a sample to the others in learned projections (Salimans et al. 2016, section 3.2).
    Discrimination {
        /// Number of projections, each of which gives one feature; 100 in the authors' code.
        #[serde(default = "hundred")]
        kernels: usize,
        /// Dimension of each projection; 5 in the authors' code.
        #[serde(default = "five")]
        dimensions: usize,
    },
    /// Standard deviation over the batch, one feature that is the same for all samples (Karras et al. 2018, section 3).
    // The braces make serde refuse unknown keys.
    Deviation {},
}

impl MinibatchFeatures {
    /// Checks that sizes are at least 1.
    ///
    /// # Errors
    /// The key below `minibatch_features`.
    pub fn check(self) -> Result<(), ConfigError> {
        match self {
            Self::Discrimination {
                kernels,
                dimensions,
            } => {
                ConfigError::at_least_one("minibatch_features.kernels", kernels)?;
                ConfigError::at_least_one("minibatch_features.dimensions", dimensions)
            }
            Self::Deviation {} => Ok(()),
        }
    }

    /// The name in a recipe.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Discrimination { .. } => "discrimination",
            Self::Deviation {} => "deviation",
        }
    }

    /// Number of features appended to each row.
    #[must_use]
    pub fn extra(self) -> usize {
        match self {
            Self::Discrimination { kernels, .. } => kernels,
            Self::Deviation {} => 1,
        }
    }

    /// Adds the size of the layer for rows of `features` values.
    pub(crate) fn add_to(self, size: &mut NetworkSize, features: f64) {
        match self {
            Self::Discrimination {
                kernels,
                dimensions,
            } => {
                let projected = kernels as f64 * dimensions as f64;
                size.matrix(features * projected);
                size.keep(projected);
                // A difference per coordinate and a similarity per kernel, for each pair.
                size.per_pair += projected + kernels as f64;
            }
            Self::Deviation {} => size.keep(features),
        }
    }

    /// Creates the layer for rows of `features` values.
    #[must_use]
    pub fn init(self, features: usize, init: &mut WeightInit<'_>) -> MinibatchLayer {
        match self {
            Self::Discrimination {
                kernels,
                dimensions,
            } => MinibatchLayer::Discrimination(MinibatchDiscrimination::new(
                features, kernels, dimensions, init,
            )),
            Self::Deviation {} => MinibatchLayer::Deviation(MinibatchDeviation),
        }
    }
}

/// A layer that appends [`MinibatchFeatures`] to each row.
#[derive(Module, Debug)]
pub enum MinibatchLayer {
    /// Similarity in learned projections.
    Discrimination(MinibatchDiscrimination),
    /// Standard deviation over the batch.
    Deviation(MinibatchDeviation),
}

impl MinibatchLayer {
    /// Appends the features to each row.
    ///
    /// # Shapes
    /// - `rows`: `[batch, features]`
    /// - output: `[batch, features + extra]`
    #[must_use]
    pub fn forward(&self, rows: Tensor<2>) -> Tensor<2> {
        let extra = match self {
            Self::Discrimination(layer) => layer.forward(rows.clone()),
            Self::Deviation(layer) => layer.forward(rows.clone()),
        };
        Tensor::cat(vec![rows, extra], 1)
    }
}

fn hundred() -> usize {
    100
}

fn five() -> usize {
    5
}
