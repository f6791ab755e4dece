//! Normalisation of a generator's hidden layers, before their activations.

mod batch;
mod conditional;
mod entry;
mod virtual_batch;
mod written;

pub use batch::batch_norm;
pub use conditional::ConditionalBatchNorm;
pub use entry::{Entry, EntryConfig, NormContext};
pub use virtual_batch::VirtualBatchNorm;
pub(crate) use written::{default_reference, norm_or_flag};

use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::Activation;
use crate::{ConfigError, NetworkSize};

/// Added to variances before they divide, as in Burn's `BatchNorm`.
const EPSILON: f64 = 1e-5;

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
    /// Fails unless the norm can be had with that many classes.
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

    /// One layer for each count of channels; none at all for [`Norm::None`].
    #[must_use]
    pub fn layers(self, channels: &[usize], classes: usize, device: &Device) -> Vec<NormLayer> {
        let layer = |&channels: &usize| match self {
            Self::None => None,
            Self::Batch => Some(NormLayer::Batch(
                BatchNormConfig::new(channels).init(device),
            )),
            Self::ConditionalBatch => Some(NormLayer::ConditionalBatch(ConditionalBatchNorm::new(
                channels, classes, device,
            ))),
            Self::VirtualBatch => Some(NormLayer::VirtualBatch(VirtualBatchNorm::new(
                channels, device,
            ))),
        };
        channels.iter().filter_map(layer).collect()
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

/// A normalised layer's weights and running statistics.
#[derive(Module, Debug)]
pub enum NormLayer {
    /// By the statistics of the batch.
    Batch(BatchNorm),
    /// By the statistics of the batch, scaled and shifted by class.
    ConditionalBatch(ConditionalBatchNorm),
    /// By the statistics of the reference batch.
    VirtualBatch(VirtualBatchNorm),
}

impl NormLayer {
    /// # Shapes
    /// - `input`: `[batch, channels, …]`, the reference batch included where there is one
    /// - output: that of `input`
    ///
    /// # Panics
    /// In conditional batch norm, if no class was asked for.
    #[must_use]
    pub fn forward<const D: usize>(&self, input: Tensor<D>, context: &NormContext) -> Tensor<D> {
        match self {
            Self::Batch(layer) => batch_norm(layer, input, None),
            Self::ConditionalBatch(layer) => {
                let class = context.class.as_ref();
                layer.forward(input, class.expect("a conditional generator gets a class"))
            }
            Self::VirtualBatch(layer) => layer.forward(input, context.reference),
        }
    }

    /// What [`forward`](Self::forward) gives, and the activation of that: where it can be, one operation.
    ///
    /// # Shapes
    /// - `input`, output: as there
    ///
    /// # Panics
    /// As there.
    #[must_use]
    pub fn activated<const D: usize>(
        &self,
        input: Tensor<D>,
        context: &NormContext,
        activation: Activation,
    ) -> Tensor<D> {
        match self {
            Self::Batch(layer) => batch_norm(layer, input, Some(activation)),
            Self::ConditionalBatch(_) | Self::VirtualBatch(_) => {
                activation.forward(self.forward(input, context))
            }
        }
    }
}

/// The activation after the norm, if there is one; the shape stays.
pub(crate) fn activated<const D: usize>(
    norm: Option<&NormLayer>,
    input: Tensor<D>,
    context: &NormContext,
    activation: Activation,
) -> Tensor<D> {
    match norm {
        Some(norm) => norm.activated(input, context, activation),
        None => activation.forward(input),
    }
}
