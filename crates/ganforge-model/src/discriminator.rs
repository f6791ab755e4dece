//! The player that judges images, as an open trait and as the built-in architectures a recipe can name.

use burn::module::{Module, ModuleDisplay};
use burn::tensor::{Device, Int, Tensor};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::networks::{
    DcganDiscriminator, DcganDiscriminatorConfig, MlpDiscriminator, MlpDiscriminatorConfig,
};
use crate::{ConfigError, ImageSpec};

/// What a discriminator says of a batch of images.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// `[batch, outputs]`, unbounded scores; large means "real". A payoff gives them their meaning.
    pub logits: Tensor<2>,
    /// `[batch, features]`, the last hidden layer.
    pub features: Tensor<2>,
}

/// A network that scores images. Implement it for a module of your own to train it here.
pub trait Discriminator: Module + ModuleDisplay {
    /// # Shapes
    /// - `images`: `[batch, channels, height, width]`
    /// - `class`: `[batch]`, `None` for an unconditional discriminator
    fn forward(&self, images: Tensor<4>, class: Option<Tensor<1, Int>>) -> Judgement;
}

/// A built-in discriminator architecture, as written under `[discriminator]` in a recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum DiscriminatorConfig {
    /// Fully connected layers, plain or maxout.
    Mlp(MlpDiscriminatorConfig),
    /// Strided convolutions, each halving the size (Radford et al. 2015).
    Dcgan(DcganDiscriminatorConfig),
}

impl DiscriminatorConfig {
    /// Builds the network with weights drawn from `rng`.
    ///
    /// `classes` is 0 for an unconditional discriminator.
    ///
    /// # Errors
    /// A value no network can be built from, such as a size that is not a power of two times four.
    pub fn init(
        &self,
        image: ImageSpec,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<DiscriminatorNet, ConfigError> {
        Ok(match self {
            Self::Mlp(config) => DiscriminatorNet::Mlp(config.init(image, classes, rng, device)?),
            Self::Dcgan(config) => {
                DiscriminatorNet::Dcgan(config.init(image, classes, rng, device)?)
            }
        })
    }
}

/// A built-in discriminator with its weights.
// The variants differ in size by a few hundred bytes of handles, and there is one of them per run.
#[allow(clippy::large_enum_variant)]
#[derive(Module, Debug)]
pub enum DiscriminatorNet {
    /// Fully connected layers.
    Mlp(MlpDiscriminator),
    /// Strided convolutions.
    Dcgan(DcganDiscriminator),
}

impl Discriminator for DiscriminatorNet {
    fn forward(&self, images: Tensor<4>, class: Option<Tensor<1, Int>>) -> Judgement {
        match self {
            Self::Mlp(network) => network.forward(images, class),
            Self::Dcgan(network) => network.forward(images, class),
        }
    }
}
