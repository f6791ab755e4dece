//! The kinds of norms.

use serde::{Deserialize, Serialize};

use crate::{ConfigError, NetworkSize};

/// Added to variances, as in Burn's `BatchNorm`.
pub(super) const EPSILON: f64 = 1e-5;

/// The norm of a generator's hidden layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Norm {
    /// None; layers have biases instead.
    #[default]
    None,
    /// Batch norm (Ioffe & Szegedy 2015).
    Batch,
    /// Batch norm without a trained scale and shift, as in the code of BiGAN (Donahue et al. 2017).
    UnscaledBatch,
    /// Batch norm with a shift and without a scale (Salimans et al. 2016, code).
    BatchShift,
    /// Batch norm with a scale and shift per class (Dumoulin et al. 2017); the class has no other effect then.
    ConditionalBatch,
    /// Virtual batch norm: statistics of a fixed reference batch (Salimans et al. 2016, section 3.5), which passes through
    /// the network with every batch.
    VirtualBatch,
}

impl Norm {
    /// Checks that the norm is possible with `classes` classes.
    ///
    /// # Errors
    /// Conditional batch norm without classes; the key is `norm`.
    pub fn check(self, classes: usize) -> Result<(), ConfigError> {
        if self == Self::ConditionalBatch && classes == 0 {
            return Err(ConfigError::new(
                "norm",
                "conditional-batch",
                "with labels only (data.labels = true); without them none, batch, unscaled-batch or virtual-batch",
            ));
        }
        Ok(())
    }

    /// Adds the size of a layer of `channels` channels of `positions` values.
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
            Self::UnscaledBatch => 1.0,
            Self::BatchShift => {
                size.vector(channels);
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
