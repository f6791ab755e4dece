//! Norms of a generator's hidden layers, applied before the activation.

mod batch;
mod conditional;
mod input_layer;
mod instance;
mod kind;
mod parse;
mod virtual_batch;

pub use batch::batch_norm;
pub use conditional::ConditionalBatchNorm;
pub use input_layer::{InputLayer, InputLayerConfig, NormContext};
pub use instance::instance_norm;
pub use kind::Norm;
pub(crate) use parse::{default_reference, parse_norm};
pub use virtual_batch::VirtualBatchNorm;

use burn::module::{Module, Param, ParamId};
use burn::nn::{BatchNorm, BatchNormConfig};
use burn::tensor::{Device, Tensor};

use super::Activation;

impl Norm {
    /// A layer for each number of channels; empty for [`Norm::None`].
    #[must_use]
    pub fn layers(self, channels: &[usize], classes: usize, device: &Device) -> Vec<NormLayer> {
        let layer = |&channels: &usize| match self {
            Self::None => None,
            Self::Batch => Some(NormLayer::Batch(
                BatchNormConfig::new(channels).init(device),
            )),
            Self::UnscaledBatch => Some(NormLayer::Batch(unscaled(channels, device))),
            Self::BatchShift => Some(NormLayer::Batch(shift_only(channels, device))),
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

/// Batch norm whose scale of 1 and shift of 0 are not trained.
pub(crate) fn unscaled(channels: usize, device: &Device) -> BatchNorm {
    let mut layer = BatchNormConfig::new(channels).init(device);
    // Not `from_tensor`, whose parameter would be trainable.
    layer.gamma = Param::initialized(ParamId::new(), Tensor::ones([channels], device));
    layer.beta = Param::initialized(ParamId::new(), Tensor::zeros([channels], device));
    layer
}

/// A batch norm whose scale stays 1.
fn shift_only(channels: usize, device: &Device) -> BatchNorm {
    let mut layer = BatchNormConfig::new(channels)
        .with_epsilon(1e-6)
        .init(device);
    // Not `from_tensor`, whose parameter would be trainable.
    layer.gamma = Param::initialized(ParamId::new(), Tensor::ones([channels], device));
    layer
}

/// A norm with its parameters and running statistics.
#[derive(Module, Debug)]
pub enum NormLayer {
    /// Batch norm.
    Batch(BatchNorm),
    /// Conditional batch norm.
    ConditionalBatch(ConditionalBatchNorm),
    /// Virtual batch norm.
    VirtualBatch(VirtualBatchNorm),
}

impl NormLayer {
    /// Normalises a batch.
    ///
    /// # Shapes
    /// - `input`: `[batch, channels, …]`, including the reference batch, if any
    /// - output: as `input`
    ///
    /// # Panics
    /// If conditional batch norm receives no class.
    #[must_use]
    pub fn forward<const D: usize>(&self, input: Tensor<D>, context: &NormContext) -> Tensor<D> {
        match self {
            Self::Batch(layer) => batch_norm(layer, input, None),
            Self::ConditionalBatch(layer) => {
                let class = context.class.as_ref();
                layer.forward(input, class.expect("conditional batch norm needs a class"))
            }
            Self::VirtualBatch(layer) => layer.forward(input, context.reference),
        }
    }

    /// [`forward`](Self::forward) and an activation, fused where possible.
    ///
    /// # Shapes
    /// - `input`: `[batch, channels, …]`, including the reference batch, if any
    /// - output: as `input`
    ///
    /// # Panics
    /// As [`forward`](Self::forward).
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

/// A norm, if any, and an activation; the output has the shape of the input.
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
