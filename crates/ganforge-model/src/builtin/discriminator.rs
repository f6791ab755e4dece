//! Built-in discriminators.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::architecture::DiscriminatorArchitecture;
use crate::discriminator::{Coupling, TracedDiscriminator};
use crate::io::DiscriminatorInput;
use crate::layers::{Conditioning, TracedOutput};
use crate::networks::{
    AutoencoderDiscriminator, AutoencoderDiscriminatorConfig, DcganDiscriminator,
    DcganDiscriminatorConfig, MlpDiscriminator, MlpDiscriminatorConfig, PatchDiscriminator,
    PatchDiscriminatorConfig, R3ganDiscriminator, R3ganDiscriminatorConfig, ResnetDiscriminator,
    ResnetDiscriminatorConfig,
};
use crate::{ConfigError, ImageShape, NetworkSize};

/// The configuration of a built-in discriminator, as in the table `[discriminator]` of a recipe.
///
/// ```
/// use ganforge_model::networks::DcganDiscriminatorConfig;
/// use ganforge_model::{DiscriminatorArchitecture, DiscriminatorConfig};
///
/// let config: DiscriminatorConfig = serde_json::from_str(r#"{"kind": "dcgan", "width": 32}"#)?;
/// assert_eq!(config, DiscriminatorConfig::Dcgan(DcganDiscriminatorConfig::new(32)));
/// // By default it has batch norm, so that a score depends on the whole batch.
/// assert!(config.is_batch_dependent().is_some());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum DiscriminatorConfig {
    /// Fully connected layers, plain or maxout.
    Mlp(MlpDiscriminatorConfig),
    /// Strided convolutions, each halving the size (Radford et al. 2015).
    Dcgan(DcganDiscriminatorConfig),
    /// Residual blocks without norms, between low-pass resampling (Huang et al. 2024).
    R3gan(R3ganDiscriminatorConfig),
    /// Residual blocks (Miyato et al. 2018).
    Resnet(ResnetDiscriminatorConfig),
    /// An autoencoder, whose score is its reconstruction error with the sign changed (Zhao et al. 2017).
    Autoencoder(AutoencoderDiscriminatorConfig),
    /// Convolutions that score overlapping patches (Isola et al. 2017).
    Patch(PatchDiscriminatorConfig),
}

impl DiscriminatorArchitecture for DiscriminatorConfig {
    type Network = DiscriminatorNet;

    fn init(
        &self,
        image: ImageShape,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<DiscriminatorNet, ConfigError> {
        Ok(match self {
            Self::Mlp(config) => DiscriminatorNet::Mlp(config.init(image, classes, rng, device)?),
            Self::Dcgan(config) => {
                DiscriminatorNet::Dcgan(config.init(image, classes, rng, device)?)
            }
            Self::R3gan(config) => {
                DiscriminatorNet::R3gan(config.init(image, classes, rng, device)?)
            }
            Self::Resnet(config) => {
                DiscriminatorNet::Resnet(config.init(image, classes, rng, device)?)
            }
            Self::Autoencoder(config) => {
                DiscriminatorNet::Autoencoder(config.init(image, classes, rng, device)?)
            }
            Self::Patch(config) => {
                DiscriminatorNet::Patch(config.init(image, classes, rng, device)?)
            }
        })
    }

    fn size(&self, image: ImageShape, classes: usize) -> Option<NetworkSize> {
        match self {
            Self::Mlp(config) => Some(config.size(image, classes)),
            Self::Dcgan(config) => config.size(image, classes),
            Self::R3gan(config) => config.size(image, classes),
            Self::Resnet(config) => config.size(image, classes),
            Self::Autoencoder(config) => Some(config.size(image)),
            Self::Patch(config) => config.size(image),
        }
    }

    fn is_batch_dependent(&self) -> Option<Coupling> {
        let (batch_norm, minibatch) = match self {
            Self::Mlp(config) => (false, config.minibatch_features),
            Self::Dcgan(config) => (config.batch_norm, config.minibatch_features),
            Self::Resnet(config) => (false, config.minibatch_features),
            Self::R3gan(config) => (false, config.minibatch_features),
            Self::Autoencoder(_) | Self::Patch(_) => (false, None),
        };
        if batch_norm {
            return Some(Coupling::BATCH_NORM);
        }
        minibatch.map(Coupling::minibatch)
    }

    fn has_classifier(&self) -> bool {
        let conditioning = match self {
            Self::Mlp(config) => config.conditioning,
            Self::Dcgan(config) => config.conditioning,
            Self::Resnet(config) => config.conditioning,
            Self::R3gan(config) => config.conditioning,
            Self::Autoencoder(_) | Self::Patch(_) => None,
        };
        conditioning == Some(Conditioning::Auxiliary)
    }

    fn scores_energy(&self) -> bool {
        matches!(self, Self::Autoencoder(_))
    }

    /// False for patches: the backward pass of instance norm is not written as an expression.
    fn has_input_gradient(&self) -> bool {
        !matches!(self, Self::Patch(_))
    }

    fn is_stochastic(&self) -> Option<(&'static str, f64)> {
        match self {
            Self::Mlp(config) => [
                ("dropout_input", config.dropout_input),
                ("dropout_hidden", config.dropout_hidden),
            ]
            .into_iter()
            .find(|&(_, share)| share > 0.0),
            Self::Dcgan(_)
            | Self::Resnet(_)
            | Self::R3gan(_)
            | Self::Autoencoder(_)
            | Self::Patch(_) => None,
        }
    }
}

/// A built-in discriminator.
#[derive(Module, Debug)]
pub enum DiscriminatorNet {
    /// Fully connected layers.
    Mlp(MlpDiscriminator),
    /// Strided convolutions.
    Dcgan(DcganDiscriminator),
    /// Residual blocks, the last summed over pixels.
    Resnet(ResnetDiscriminator),
    /// Residual blocks between low-pass resampling.
    R3gan(R3ganDiscriminator),
    /// An autoencoder.
    Autoencoder(AutoencoderDiscriminator),
    /// Convolutions that score overlapping patches.
    Patch(PatchDiscriminator),
}

impl TracedDiscriminator for DiscriminatorNet {
    fn trace(&self, input: DiscriminatorInput) -> TracedOutput<'_> {
        match self {
            Self::Mlp(network) => network.trace(input),
            Self::Dcgan(network) => network.trace(input),
            Self::Resnet(network) => network.trace(input),
            Self::R3gan(network) => network.trace(input),
            Self::Autoencoder(network) => network.trace(input),
            Self::Patch(network) => network.trace(input),
        }
    }

    fn hidden_layers(&self, input: DiscriminatorInput) -> Vec<Tensor<4>> {
        match self {
            Self::Mlp(network) => TracedDiscriminator::hidden_layers(network, input),
            Self::Dcgan(network) => TracedDiscriminator::hidden_layers(network, input),
            Self::Resnet(network) => TracedDiscriminator::hidden_layers(network, input),
            Self::R3gan(network) => TracedDiscriminator::hidden_layers(network, input),
            Self::Autoencoder(network) => TracedDiscriminator::hidden_layers(network, input),
            Self::Patch(network) => TracedDiscriminator::hidden_layers(network, input),
        }
    }
}
