//! The norms that a recipe can name.

use serde::{Deserialize, Serialize};

use crate::{ConfigError, NetworkSize};

/// Added to variances before they divide, as in Burn's `BatchNorm`.
pub(super) const EPSILON: f64 = 1e-5;

/// How a generator's hidden layers are normalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Norm {
    /// Not at all; layers have biases instead.
    #[default]
    None,
    /// By the statistics of the batch (Ioffe & Szegedy 2015).
    Batch,
    /// By the statistics of the batch, with a scale and shift for each class (Dumoulin et al. 2017). This is then the
    /// only way the class enters.
    ConditionalBatch,
    /// By the statistics of a fixed reference batch (Salimans et al. 2016, section 3.5), which goes through the network
    /// with every batch.
    VirtualBatch,
}

impl Norm {
    /// Fails unless the norm is defined for that many classes.
    ///
    /// # Errors
    /// Conditional batch norm without classes, by the key `norm`.
    pub fn check(self, classes: usize) -> Result<(), ConfigError> {
        if self == Self::ConditionalBatch && classes == 0 {
            return Err(ConfigError::new(
                "norm",
                "conditional-batch",
                "with labels only (data.labels = true); without them none, batch or virtual-batch",
            ));
        }
        Ok(())
    }

    /// Adds the layer of so many channels, each of `positions` numbers, to the size of a network.
    pub(crate) fn add_to(
        self,
        size: &mut NetworkSize,
        channels: usize,
        classes: usize,
        positions: f64,
    ) {
        let channels = channels as f64;
        let kept = match self {
            Self::None => return,
            Self::Batch => {
                size.vector(2.0 * channels);
                1.0
            }
            Self::ConditionalBatch => {
                size.matrix(2.0 * channels * classes as f64);
                2.0
            }
            Self::VirtualBatch => {
                size.vector(2.0 * channels);
                3.0
            }
        };
        size.keep_in(kept, channels * positions);
    }
}
