//! The player that judges images, as an open trait and as the built-in architectures a recipe can name.

use burn::module::{Module, ModuleDisplay};
use burn::tensor::{Device, Tensor};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::layers::{Conditioning, MinibatchFeatures, TracedOutput};
use crate::networks::{
    AutoencoderDiscriminator, AutoencoderDiscriminatorConfig, DcganDiscriminator,
    DcganDiscriminatorConfig, MlpDiscriminator, MlpDiscriminatorConfig, R3ganDiscriminator,
    R3ganDiscriminatorConfig, ResnetDiscriminator, ResnetDiscriminatorConfig,
};
use crate::{ConfigError, DiscriminatorArchitecture, DiscriminatorInput, ImageSpec, NetworkSize};

/// The output of a discriminator for a batch of images.
#[derive(Debug, Clone)]
pub struct DiscriminatorOutput {
    /// `[batch, outputs]`, unbounded scores; large means "real". A payoff gives them their meaning.
    pub logits: Tensor<2>,
    /// `[batch, features]`, the last hidden layer.
    pub features: Tensor<2>,
    /// `[batch, classes]`, unbounded scores of the classes, from a discriminator with a classifier.
    pub class_logits: Option<Tensor<2>>,
}

/// The output for a batch of images, and the gradient of each score with respect to its image.
#[derive(Debug, Clone)]
pub struct InputGradient {
    /// What [`forward`](Discriminator::forward) returns, under the same dropout masks as the gradient.
    pub output: DiscriminatorOutput,
    /// `[batch, channels, height, width]`, each image's gradient of the sum of its logits: a function of the
    /// discriminator's parameters that can be differentiated by them.
    pub gradient: Tensor<4>,
}

/// A network that scores images. Implement it for a module of your own to train it here, or [`TracedDiscriminator`],
/// which includes the input gradient.
///
/// ```
/// use ganforge_model::burn::tensor::{Device, Distribution, Tensor};
/// use ganforge_model::networks::MlpDiscriminatorConfig;
/// use ganforge_model::{Discriminator, DiscriminatorInput, ImageSpec, keyed_rng};
///
/// let (image, device) = (ImageSpec { channels: 1, height: 8, width: 8 }, Device::flex());
/// let mut rng = keyed_rng(7, "weights", 0);
/// let network = MlpDiscriminatorConfig::new([32, 32]).init(image, 0, &mut rng, &device)?;
///
/// let images = Tensor::<4>::random([16, 1, 8, 8], Distribution::Uniform(-1.0, 1.0), &device);
/// let scores = network.forward(DiscriminatorInput::new(images.clone())).logits;
/// assert_eq!(scores.dims(), [16, 1]);
/// // The gradient of each score with respect to its image, as R1 and WGAN-GP need it.
/// let gradient = network.input_gradient(DiscriminatorInput::new(images)).map(|traced| traced.gradient);
/// assert_eq!(gradient.map(|gradient| gradient.dims()), Some([16, 1, 8, 8]));
/// # Ok::<(), ganforge_model::ConfigError>(())
/// ```
pub trait Discriminator: Module + ModuleDisplay {
    /// Scores images.
    fn forward(&self, input: DiscriminatorInput) -> DiscriminatorOutput;

    /// The gradient of each image's score by the image, as forward operations on the parameters; `None` where the
    /// network has no such expression.
    ///
    /// Penalties on the slope of the score are differentiated by the parameters, and Burn differentiates once: with
    /// this expression they are exact, without it they take a detour that is only nearly so. It is a pull-back
    /// through the layers in reverse: transposed linear layers and convolutions, times the slopes of the
    /// activations. A network that couples the samples of a batch, as batch normalisation does, has to say `None`.
    ///
    /// Images are taken as constants.
    fn input_gradient(&self, _input: DiscriminatorInput) -> Option<InputGradient> {
        None
    }
}

/// A discriminator written as steps of a [`Traced`](crate::layers::Traced) value: the same code computes the forward pass
/// and the exact input gradient.
///
/// ```
/// use ganforge_model::burn::module::Module;
/// use ganforge_model::burn::nn::Linear;
/// use ganforge_model::burn::tensor::{Device, Tensor};
/// use ganforge_model::layers::{Activation, Conditioning, Head, Init, Traced, TracedOutput, WeightInit};
/// use ganforge_model::{Discriminator, DiscriminatorInput, TracedDiscriminator, keyed_rng};
/// # use ganforge_model::burn;
///
/// #[derive(Module, Debug)]
/// struct OneLayer {
///     hidden: Linear,
///     head: Head,
/// }
///
/// impl TracedDiscriminator for OneLayer {
///     fn trace(&self, input: DiscriminatorInput) -> TracedOutput<'_> {
///         let rows = Traced::new(input.images).flatten().linear(&self.hidden);
///         self.head.judge(rows.activation(Activation::LeakyRelu), input.class)
///     }
/// }
///
/// let device = Device::flex();
/// let mut rng = keyed_rng(7, "weights", 0);
/// let mut init = WeightInit::new(Init::He, &mut rng, &device);
/// let hidden = init.linear(64, 32, true);
/// let head = Head::new(32, Conditioning::Projection, None, 0, &mut init)?;
///
/// let input = DiscriminatorInput::new(Tensor::zeros([4, 1, 8, 8], &device));
/// let gradient = OneLayer { hidden, head }.input_gradient(input);
/// assert_eq!(gradient.map(|traced| traced.gradient.dims()), Some([4, 1, 8, 8]));
/// # Ok::<(), ganforge_model::ConfigError>(())
/// ```
pub trait TracedDiscriminator: Module + ModuleDisplay {
    /// Scores images, and records how a gradient with respect to the score becomes one with respect to the image.
    fn trace(&self, input: DiscriminatorInput) -> TracedOutput<'_>;
}

impl<T: TracedDiscriminator> Discriminator for T {
    fn forward(&self, input: DiscriminatorInput) -> DiscriminatorOutput {
        self.trace(input).output
    }

    fn input_gradient(&self, input: DiscriminatorInput) -> Option<InputGradient> {
        self.trace(input).input_gradient()
    }
}

/// A built-in discriminator architecture, as written under `[discriminator]` in a recipe.
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
}

impl DiscriminatorArchitecture for DiscriminatorConfig {
    type Network = DiscriminatorNet;

    fn init(
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
            Self::R3gan(config) => {
                DiscriminatorNet::R3gan(config.init(image, classes, rng, device)?)
            }
            Self::Resnet(config) => {
                DiscriminatorNet::Resnet(config.init(image, classes, rng, device)?)
            }
            Self::Autoencoder(config) => {
                DiscriminatorNet::Autoencoder(config.init(image, classes, rng, device)?)
            }
        })
    }

    fn size(&self, image: ImageSpec, classes: usize) -> Option<NetworkSize> {
        match self {
            Self::Mlp(config) => Some(config.size(image, classes)),
            Self::Dcgan(config) => config.size(image, classes),
            Self::R3gan(config) => config.size(image, classes),
            Self::Resnet(config) => config.size(image, classes),
            Self::Autoencoder(config) => Some(config.size(image)),
        }
    }

    fn is_batch_dependent(&self) -> Option<Coupling> {
        let (batch_norm, minibatch) = match self {
            Self::Mlp(config) => (false, config.minibatch_features),
            Self::Dcgan(config) => (config.batch_norm, config.minibatch_features),
            Self::Resnet(config) => (false, config.minibatch_features),
            Self::R3gan(config) => (false, config.minibatch_features),
            Self::Autoencoder(_) => (false, None),
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
            Self::Autoencoder(_) => None,
        };
        conditioning == Some(Conditioning::Auxiliary)
    }

    fn scores_energy(&self) -> bool {
        matches!(self, Self::Autoencoder(_))
    }

    fn is_stochastic(&self) -> Option<(&'static str, f64)> {
        match self {
            Self::Mlp(config) => [
                ("dropout_input", config.dropout_input),
                ("dropout_hidden", config.dropout_hidden),
            ]
            .into_iter()
            .find(|&(_, share)| share > 0.0),
            Self::Dcgan(_) | Self::Resnet(_) | Self::R3gan(_) | Self::Autoencoder(_) => None,
        }
    }
}

/// What makes the score of one image depend on the others in its batch, and how a recipe does without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coupling {
    /// The key below `discriminator`.
    pub key: &'static str,
    /// Its value.
    pub value: &'static str,
    /// What the key has to be instead.
    pub instead: &'static str,
    /// What does it, in the plural.
    pub what: &'static str,
}

impl Coupling {
    /// Batch normalisation.
    pub const BATCH_NORM: Self = Self {
        key: "batch_norm",
        value: "true",
        instead: "false",
        what: "batch statistics",
    };

    fn minibatch(features: MinibatchFeatures) -> Self {
        Self {
            key: "minibatch_features",
            value: features.name(),
            instead: "left out",
            what: "minibatch features",
        }
    }
}

/// A built-in discriminator with its weights.
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
}

impl TracedDiscriminator for DiscriminatorNet {
    fn trace(&self, input: DiscriminatorInput) -> TracedOutput<'_> {
        match self {
            Self::Mlp(network) => network.trace(input),
            Self::Dcgan(network) => network.trace(input),
            Self::Resnet(network) => network.trace(input),
            Self::R3gan(network) => network.trace(input),
            Self::Autoencoder(network) => network.trace(input),
        }
    }
}
