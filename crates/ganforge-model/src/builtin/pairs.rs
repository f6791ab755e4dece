//! Built-in encoders and discriminators of pairs of an image and a latent.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::discriminator::Discriminator;
use crate::io::{DiscriminatorInput, DiscriminatorOutput};
use crate::layers::OutputActivation;
use crate::networks::{
    EncoderNoise, JointMlpDiscriminator, JointMlpDiscriminatorConfig, MlpEncoder, MlpEncoderConfig,
};
use crate::size::exact_count;
use crate::{ConfigError, ImageShape, NetworkSize};

/// The configuration of a built-in encoder, as in the table `[encoder]` of a recipe.
///
/// ```
/// use ganforge_model::burn::tensor::{Device, Tensor};
/// use ganforge_model::{EncoderConfig, ImageShape, keyed_rng};
///
/// let config: EncoderConfig = serde_json::from_str(r#"{"kind": "mlp", "hidden": [32]}"#)?;
/// let (image, device) = (ImageShape { channels: 1, height: 8, width: 8 }, Device::flex());
/// // Latents of 16 coordinates.
/// let encoder = config.init(image, 16, &mut keyed_rng(7, "weights", 0), &device)?;
/// let latents = encoder.forward(Tensor::zeros([4, 1, 8, 8], &device), None);
/// assert_eq!(latents.dims(), [4, 16]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum EncoderConfig {
    /// Fully connected layers.
    Mlp(MlpEncoderConfig),
}

impl EncoderConfig {
    /// Builds the network for images of the shape `image` and latents of `latent` coordinates, with weights drawn from `rng`.
    ///
    /// # Errors
    /// A value of the configuration that is out of range.
    pub fn init(
        &self,
        image: ImageShape,
        latent: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<EncoderNet, ConfigError> {
        match self {
            Self::Mlp(config) => Ok(EncoderNet::Mlp(config.init(image, latent, rng, device)?)),
        }
    }

    /// How the latent of an image is random.
    #[must_use]
    pub fn noise(&self) -> EncoderNoise {
        match self {
            Self::Mlp(config) => config.noise,
        }
    }

    /// The activation of the latent.
    #[must_use]
    pub fn output(&self) -> OutputActivation {
        match self {
            Self::Mlp(config) => config.output,
        }
    }

    /// Number of parameters and of activations stored for the backward pass.
    #[must_use]
    pub fn size(&self, image: ImageShape, latent: usize) -> NetworkSize {
        match self {
            Self::Mlp(config) => config.size(image, latent),
        }
    }

    /// A lower bound on the number of values in a file of its weights; `None` if the count overflows.
    #[must_use]
    pub fn weight_count(&self, image: ImageShape, latent: usize) -> Option<usize> {
        exact_count(self.size(image, latent).matrices)
    }

    /// True if hidden layers are normalised by statistics of the batch, which a batch of one does not have.
    #[must_use]
    pub fn is_batch_dependent(&self) -> bool {
        match self {
            Self::Mlp(config) => config.has_norm(),
        }
    }
}

/// A built-in encoder.
#[derive(Module, Debug)]
pub enum EncoderNet {
    /// Fully connected layers.
    Mlp(MlpEncoder),
}

impl EncoderNet {
    /// How the latent of an image is random.
    #[must_use]
    pub fn noise(&self) -> EncoderNoise {
        match self {
            Self::Mlp(network) => network.noise(),
        }
    }

    /// The latents of images.
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, height, width]`
    /// - `noise`: `[batch, latent]`, the noise ε of a stochastic encoder; without it, ε = 0
    /// - output: `[batch, latent]`
    #[must_use]
    pub fn forward(&self, images: Tensor<4>, noise: Option<Tensor<2>>) -> Tensor<2> {
        match self {
            Self::Mlp(network) => network.forward(images, noise),
        }
    }
}

/// The configuration of a built-in discriminator of pairs, as in the table `[discriminator]` of a recipe.
///
/// ```
/// use ganforge_model::burn::tensor::{Device, Tensor};
/// use ganforge_model::{Discriminator, DiscriminatorInput, ImageShape, JointDiscriminatorConfig, keyed_rng};
///
/// let config: JointDiscriminatorConfig = serde_json::from_str(r#"{"kind": "mlp", "hidden": [32]}"#)?;
/// let (image, device) = (ImageShape { channels: 1, height: 8, width: 8 }, Device::flex());
/// let network = config.init(image, 16, &mut keyed_rng(7, "weights", 0), &device)?;
/// let pairs = DiscriminatorInput::new(Tensor::zeros([4, 1, 8, 8], &device))
///     .with_code(Tensor::zeros([4, 16], &device));
/// assert_eq!(network.forward(pairs).logits.dims(), [4, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum JointDiscriminatorConfig {
    /// Fully connected layers, plain or maxout.
    Mlp(JointMlpDiscriminatorConfig),
}

impl JointDiscriminatorConfig {
    /// Builds the network for images of the shape `image` and latents of `latent` coordinates, with weights drawn from `rng`.
    ///
    /// # Errors
    /// A value of the configuration that is out of range.
    pub fn init(
        &self,
        image: ImageShape,
        latent: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<JointDiscriminatorNet, ConfigError> {
        match self {
            Self::Mlp(config) => {
                let network = config.init(image, latent, rng, device)?;
                Ok(JointDiscriminatorNet::Mlp(network))
            }
        }
    }

    /// Number of parameters and of activations stored for the backward pass.
    #[must_use]
    pub fn size(&self, image: ImageShape, latent: usize) -> NetworkSize {
        match self {
            Self::Mlp(config) => config.size(image, latent),
        }
    }

    /// True if a score depends on the other pairs of its batch, through statistics of the batch.
    #[must_use]
    pub fn is_batch_dependent(&self) -> bool {
        match self {
            Self::Mlp(config) => config.has_norm(),
        }
    }
}

/// A built-in discriminator of pairs. Its inputs need a code.
#[derive(Module, Debug)]
pub enum JointDiscriminatorNet {
    /// Fully connected layers.
    Mlp(JointMlpDiscriminator),
}

impl Discriminator for JointDiscriminatorNet {
    fn forward(&self, input: DiscriminatorInput) -> DiscriminatorOutput {
        match self {
            Self::Mlp(network) => network.forward(input),
        }
    }
}
