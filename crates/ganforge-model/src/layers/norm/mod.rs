//! Normalisation of a generator's hidden layers, before their activations.

mod batch;
mod conditional;
mod input_layer;
mod kind;
mod parse;
mod virtual_batch;

pub use batch::batch_norm;
pub use conditional::ConditionalBatchNorm;
pub use input_layer::{InputLayer, InputLayerConfig, NormContext};
pub use kind::Norm;
pub(crate) use parse::{default_reference, parse_norm};
pub use virtual_batch::VirtualBatchNorm;

use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig};
use burn::tensor::{Device, Tensor};

use super::Activation;

impl Norm {
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
    pub fn forward_activated<const D: usize>(
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
pub(crate) fn normalise_and_activate<const D: usize>(
    norm: Option<&NormLayer>,
    input: Tensor<D>,
    context: &NormContext,
    activation: Activation,
) -> Tensor<D> {
    match norm {
        Some(norm) => norm.forward_activated(input, context, activation),
        None => activation.forward(input),
    }
}
