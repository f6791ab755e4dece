//! Built-in generators.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::architecture::GeneratorArchitecture;
use crate::generator::Generator;
use crate::io::GeneratorInput;
use crate::layers::{Norm, OutputBias};
use crate::networks::{
    ContextEncoderGenerator, ContextEncoderGeneratorConfig, DcganGenerator, DcganGeneratorConfig,
    LapganGenerator, LapganGeneratorConfig, MlpGenerator, MlpGeneratorConfig, R3ganGenerator,
    R3ganGeneratorConfig, ResnetGenerator, ResnetGeneratorConfig, Translator, TranslatorConfig,
};
use crate::size::exact_count;
use crate::{ConfigError, ImageShape, LatentSpec, NetworkSize};

/// The configuration of a built-in generator, as in the table `[generator]` of a recipe.
///
/// ```
/// use ganforge_model::networks::MlpGeneratorConfig;
/// use ganforge_model::{GeneratorArchitecture, GeneratorConfig};
///
/// let json = r#"{"kind": "mlp", "latent": 16, "hidden": [32]}"#;
/// let config: GeneratorConfig = serde_json::from_str(json)?;
/// assert_eq!(config, GeneratorConfig::Mlp(MlpGeneratorConfig::new(16, [32])));
/// assert_eq!(config.latent().dimension, 16);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum GeneratorConfig {
    /// Fully connected layers.
    Mlp(MlpGeneratorConfig),
    /// Transposed convolutions, each doubling the size (Radford et al. 2015).
    Dcgan(DcganGeneratorConfig),
    /// Residual blocks without norms, between low-pass resampling (Huang et al. 2024).
    R3gan(R3ganGeneratorConfig),
    /// Residual blocks (Miyato et al. 2018).
    Resnet(ResnetGeneratorConfig),
    /// A fully connected level, then levels that each double the size and add a residual (Denton et al. 2015).
    Lapgan(LapganGeneratorConfig),
    /// An encoder and decoder that complete images with a hole (Pathak et al. 2016).
    ContextEncoder(ContextEncoderGeneratorConfig),
    /// A network that translates images of one domain to another.
    Translator {
        /// Its layers.
        network: TranslatorConfig,
    },
}

impl GeneratorArchitecture for GeneratorConfig {
    type Network = GeneratorNet;

    fn init(
        &self,
        image: ImageShape,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<GeneratorNet, ConfigError> {
        Ok(match self {
            Self::Mlp(config) => GeneratorNet::Mlp(config.init(image, classes, rng, device)?),
            Self::Dcgan(config) => GeneratorNet::Dcgan(config.init(image, classes, rng, device)?),
            Self::R3gan(config) => GeneratorNet::R3gan(config.init(image, classes, rng, device)?),
            Self::Resnet(config) => GeneratorNet::Resnet(config.init(image, classes, rng, device)?),
            Self::Lapgan(config) => GeneratorNet::Lapgan(config.init(image, classes, rng, device)?),
            Self::ContextEncoder(config) => {
                GeneratorNet::ContextEncoder(config.init(image, classes, rng, device)?)
            }
            Self::Translator { network } => {
                GeneratorNet::Translator(network.init(image, rng, device)?)
            }
        })
    }

    fn weight_count(&self, image: ImageShape, classes: usize) -> Option<usize> {
        exact_count(self.size(image, classes)?.matrices)
    }

    fn size(&self, image: ImageShape, classes: usize) -> Option<NetworkSize> {
        match self {
            Self::Mlp(config) => Some(config.size(image, classes)),
            Self::Dcgan(config) => config.size(image, classes),
            Self::R3gan(config) => config.size(image, classes),
            Self::Resnet(config) => config.size(image, classes),
            Self::Lapgan(config) => config.size(image, classes),
            Self::ContextEncoder(config) => config.size(image, classes),
            Self::Translator { network } => network.size(image),
        }
    }

    fn batch_norm_1d(&self) -> Option<&'static str> {
        match self {
            Self::Mlp(config) => match config.norm {
                Norm::Batch => Some("batch"),
                Norm::UnscaledBatch => Some("unscaled-batch"),
                Norm::BatchShift => Some("batch-shift"),
                Norm::ConditionalBatch => Some("conditional-batch"),
                Norm::None | Norm::VirtualBatch => None,
            },
            Self::ContextEncoder(config) => config.batch_norm_1d(),
            Self::Dcgan(_)
            | Self::R3gan(_)
            | Self::Resnet(_)
            | Self::Lapgan(_)
            | Self::Translator { .. } => None,
        }
    }

    fn input(&self, image: ImageShape) -> Option<ImageShape> {
        match self {
            Self::ContextEncoder(config) => config.input(image),
            Self::Translator { .. } => Some(image),
            Self::Mlp(_) | Self::Dcgan(_) | Self::R3gan(_) | Self::Resnet(_) | Self::Lapgan(_) => {
                None
            }
        }
    }

    fn prepare_input(&self, image: &[f32], shape: ImageShape, rng: &mut ChaCha8Rng) -> Vec<f32> {
        match self {
            Self::ContextEncoder(config) => config.prepare_input(image, shape, rng),
            Self::Mlp(_)
            | Self::Dcgan(_)
            | Self::R3gan(_)
            | Self::Resnet(_)
            | Self::Lapgan(_)
            | Self::Translator { .. } => image.to_vec(),
        }
    }

    fn needs_mean_image(&self) -> bool {
        match self {
            Self::Mlp(config) => config.output_bias == OutputBias::MeanImage,
            Self::Dcgan(_)
            | Self::R3gan(_)
            | Self::Resnet(_)
            | Self::Lapgan(_)
            | Self::ContextEncoder(_)
            | Self::Translator { .. } => false,
        }
    }

    fn init_from_mean_image(&self, network: GeneratorNet, mean: &[f32]) -> GeneratorNet {
        match network {
            GeneratorNet::Mlp(network) => GeneratorNet::Mlp(network.init_from_mean_image(mean)),
            other => other,
        }
    }

    fn latent(&self) -> LatentSpec {
        match self {
            Self::Mlp(config) => config.latent(),
            Self::Dcgan(config) => config.latent(),
            Self::R3gan(config) => config.latent(),
            Self::Resnet(config) => config.latent(),
            Self::Lapgan(config) => config.latent(),
            Self::ContextEncoder(config) => config.latent(),
            Self::Translator { .. } => LatentSpec::normal(0),
        }
    }
}

/// A built-in generator.
#[derive(Module, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "a game has one or two generators, whose weights are on the heap"
)]
pub enum GeneratorNet {
    /// Fully connected layers.
    Mlp(MlpGenerator),
    /// Transposed convolutions.
    Dcgan(DcganGenerator),
    /// Residual blocks with norms.
    Resnet(ResnetGenerator),
    /// Residual blocks without norms.
    R3gan(R3ganGenerator),
    /// Levels that each double the size.
    Lapgan(LapganGenerator),
    /// An encoder and decoder that complete images.
    ContextEncoder(ContextEncoderGenerator),
    /// A translator of images.
    Translator(Translator),
}

impl Generator for GeneratorNet {
    fn forward(&self, input: GeneratorInput) -> Tensor<4> {
        match self {
            Self::Mlp(network) => network.forward(input),
            Self::Dcgan(network) => network.forward(input),
            Self::Resnet(network) => network.forward(input),
            Self::R3gan(network) => network.forward(input),
            Self::Lapgan(network) => network.forward(input),
            Self::ContextEncoder(network) => network.forward(input),
            Self::Translator(network) => network.forward(input),
        }
    }

    fn forward_memory(&self, rows: usize) -> u64 {
        match self {
            Self::Mlp(network) => network.forward_memory(rows),
            Self::Dcgan(network) => network.forward_memory(rows),
            Self::Resnet(network) => network.forward_memory(rows),
            Self::R3gan(network) => network.forward_memory(rows),
            Self::Lapgan(network) => network.forward_memory(rows),
            Self::ContextEncoder(network) => network.forward_memory(rows),
            Self::Translator(network) => network.forward_memory(rows),
        }
    }
}
