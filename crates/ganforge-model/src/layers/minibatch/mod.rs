//! What a discriminator sees of the other samples of its batch, as extra features of each.
//!
//! Judged alone, a collapsed generator's image may be perfect; beside its neighbours it is one of many too alike.

mod deviation;
mod discrimination;

pub use deviation::{MinibatchDeviation, minibatch_deviation};
pub use discrimination::MinibatchDiscrimination;

use burn::module::Module;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::WeightInit;
use crate::{ConfigError, NetworkSize};

/// Features that compare the samples of a batch, as a recipe names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum MinibatchFeatures {
    /// How close a sample lies to the others, in learned projections (Salimans et al. 2016, section 3.2).
    Discrimination {
        /// Projections, each of which appends one feature; 100 in the authors' code.
        #[serde(default = "hundred")]
        kernels: usize,
        /// Coordinates of each projection; 5 in the authors' code.
        #[serde(default = "five")]
        dimensions: usize,
    },
    /// How far the batch spreads, one number for all its samples (Karras et al. 2018, section 3).
    // With braces, for serde lets any key pass beside a variant without.
    Deviation {},
}

impl MinibatchFeatures {
    /// Fails unless every size is at least 1.
    ///
    /// # Errors
    /// Names the key below `minibatch_features`.
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

    /// What a recipe calls them.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Discrimination { .. } => "discrimination",
            Self::Deviation {} => "deviation",
        }
    }

    /// How many columns are appended to each row.
    #[must_use]
    pub fn extra(self) -> usize {
        match self {
            Self::Discrimination { kernels, .. } => kernels,
            Self::Deviation {} => 1,
        }
    }

    /// Adds the layer, for rows of so many features, to the size of a network.
    pub(crate) fn add_to(self, size: &mut NetworkSize, features: f64) {
        match self {
            Self::Discrimination {
                kernels,
                dimensions,
            } => {
                let projected = kernels as f64 * dimensions as f64;
                size.matrix(features * projected);
                size.keep(projected);
                // All pairs differ in every coordinate, and are close in every kernel.
                size.per_pair += projected + kernels as f64;
            }
            Self::Deviation {} => size.keep(features),
        }
    }

    /// The layer, for rows of `features` numbers.
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
    /// Closeness in learned projections.
    Discrimination(MinibatchDiscrimination),
    /// The spread of the batch.
    Deviation(MinibatchDeviation),
}

impl MinibatchLayer {
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
