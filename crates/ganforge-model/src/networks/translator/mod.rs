//! Translators: generators that take an image of one domain and return one of another, of the same size.

mod encoder_decoder;
mod mlp;
mod pair;
mod resnet;

pub use encoder_decoder::{EncoderDecoder, EncoderDecoderConfig};
pub use mlp::{MlpTranslator, MlpTranslatorConfig};
pub use pair::Translators;
pub use resnet::{ResnetTranslator, ResnetTranslatorConfig};

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::layers::OutputActivation;
use crate::{ConfigError, Generator, GeneratorInput, ImageShape, NetworkSize};

/// The configuration of a translator, the table `[generator]` of `system = "discogan"` and `"cyclegan"`.
///
/// ```
/// use ganforge_model::burn::tensor::{Device, Tensor};
/// use ganforge_model::networks::TranslatorConfig;
/// use ganforge_model::{Generator, GeneratorInput, ImageShape, keyed_rng};
///
/// let config: TranslatorConfig =
///     serde_json::from_str(r#"{"kind": "mlp", "hidden": [16], "output": "linear"}"#)?;
/// assert!(config.translates_points());
/// let rng = &mut keyed_rng(7, "weights", 0);
/// let network = config.init(ImageShape::POINT, rng, &Device::flex()).expect("for points");
/// let points = Tensor::<4>::ones([3, 2, 1, 1], &Device::flex());
/// assert_eq!(network.forward(GeneratorInput::image(points)).dims(), [3, 2, 1, 1]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum TranslatorConfig {
    /// Fully connected layers.
    Mlp(MlpTranslatorConfig),
    /// Convolutions down to a shorter side of 4 and back (Kim et al. 2017).
    EncoderDecoder(EncoderDecoderConfig),
    /// Residual blocks at a quarter of the size (Zhu et al. 2017).
    Resnet(ResnetTranslatorConfig),
}

impl TranslatorConfig {
    /// Builds the network for images of this shape.
    ///
    /// # Errors
    /// A value of the configuration that is out of range, or that does not fit the images.
    pub fn init(
        &self,
        image: ImageShape,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<Translator, ConfigError> {
        Ok(match self {
            Self::Mlp(config) => Translator::Mlp(config.init(image, rng, device)?),
            Self::EncoderDecoder(config) => {
                Translator::EncoderDecoder(config.init(image, rng, device)?)
            }
            Self::Resnet(config) => Translator::Resnet(config.init(image, rng, device)?),
        })
    }

    /// Number of parameters and stored activations; `None` for images that it does not fit.
    #[must_use]
    pub fn size(&self, image: ImageShape) -> Option<NetworkSize> {
        match self {
            Self::Mlp(config) => Some(config.size(image)),
            Self::EncoderDecoder(config) => config.size(image),
            Self::Resnet(config) => Some(config.size(image)),
        }
    }

    /// True if its outputs are unbounded, as coordinates of points are.
    #[must_use]
    pub fn translates_points(&self) -> bool {
        match self {
            Self::Mlp(config) => config.output == OutputActivation::Linear,
            Self::EncoderDecoder(_) | Self::Resnet(_) => false,
        }
    }

    /// True if it normalises by the statistics of the batch.
    #[must_use]
    pub fn has_batch_norm(&self) -> bool {
        matches!(self, Self::EncoderDecoder(_))
    }
}

/// A translator.
#[derive(Module, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "a game has two translators, whose weights are on the heap"
)]
pub enum Translator {
    /// Fully connected layers.
    Mlp(MlpTranslator),
    /// Convolutions down to a shorter side of 4 and back.
    EncoderDecoder(EncoderDecoder),
    /// Residual blocks at a quarter of the size.
    Resnet(ResnetTranslator),
}

impl Generator for Translator {
    fn forward(&self, input: GeneratorInput) -> Tensor<4> {
        match self {
            Self::Mlp(network) => network.forward(input),
            Self::EncoderDecoder(network) => network.forward(input),
            Self::Resnet(network) => network.forward(input),
        }
    }

    fn forward_memory(&self, rows: usize) -> u64 {
        match self {
            Self::Mlp(network) => network.forward_memory(rows),
            Self::EncoderDecoder(network) => network.forward_memory(rows),
            Self::Resnet(network) => network.forward_memory(rows),
        }
    }
}
