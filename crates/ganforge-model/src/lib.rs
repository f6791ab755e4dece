//! Generators, discriminators, the layers they consist of, and the model file.
//!
//! ```
//! use ganforge_model::burn::tensor::{Device, Tensor};
//! use ganforge_model::networks::{DcganDiscriminatorConfig, DcganGeneratorConfig};
//! use ganforge_model::{Discriminator, DiscriminatorInput, Generator, GeneratorInput, ImageShape, keyed_rng};
//!
//! let (image, device) = (ImageShape { channels: 1, height: 8, width: 8 }, Device::flex());
//! // Weights under seed 7; no classes.
//! let rng = &mut keyed_rng(7, "weights", 0);
//! let generator = DcganGeneratorConfig::new(8).init(image, 0, rng, &device)?;
//! let discriminator = DcganDiscriminatorConfig::new(8).init(image, 0, rng, &device)?;
//!
//! let fakes = generator.forward(GeneratorInput::noise(Tensor::zeros([4, 100], &device)));
//! assert_eq!(fakes.dims(), [4, 1, 8, 8]);
//! let scores = discriminator.forward(DiscriminatorInput::new(fakes)).logits;
//! assert_eq!(scores.dims(), [4, 1]);
//! # Ok::<(), ganforge_model::ConfigError>(())
//! ```
//!
//! - [`Generator`] and [`Discriminator`] are traits of Burn modules: implement them for a network of your own, or build
//!   one of [`networks`].
//! - [`GeneratorConfig`] and [`DiscriminatorConfig`] are the configurations of built-in networks, which recipes and model
//!   files contain; [`GeneratorArchitecture`] and [`DiscriminatorArchitecture`] are the traits of any configuration.
//! - [`ModelFile`] is a safetensors file with one generator and its configuration; [`ModelBundle`] holds several named
//!   networks.
//! - [`NetworkSize`] counts the parameters and the stored activations of a network from its configuration.
//!
//! Images are float tensors `[batch, channels, height, width]` in [-1, 1]. A point in the plane is an image
//! `[batch, 2, 1, 1]` in its own coordinates. No backend is chosen here: constructors take a
//! [`Device`](burn::tensor::Device).

mod architecture;
mod builtin;
mod discriminator;
mod error;
mod generator;
mod io;
mod latent;
pub mod layers;
mod model_file;
pub mod networks;
mod size;
mod tensor_file;
mod weights;

pub use architecture::{DiscriminatorArchitecture, GeneratorArchitecture};
pub use builtin::{
    DiscriminatorConfig, DiscriminatorNet, EncoderConfig, EncoderNet, GeneratorConfig,
    GeneratorNet, JointDiscriminatorConfig, JointDiscriminatorNet,
};
pub use burn;
pub use discriminator::{Coupling, Discriminator, TracedDiscriminator};
pub use error::{ConfigError, ModelError};
pub use ganforge_core::ImageShape;
/// The random number generator that initial weights are drawn from.
pub use ganforge_core::{ChaCha8Rng, keyed_rng};
pub use generator::Generator;
pub use io::{DiscriminatorInput, DiscriminatorOutput, GeneratorInput, InputGradient};
pub use latent::{LatentDistribution, LatentSpec};
pub use model_file::{
    BundleCard, CLASSIFIER, DISCRIMINATOR, ENCODER, FORMAT, FORMAT_NAMED, GENERATOR, INVERSE,
    ModelBundle, ModelCard, ModelFile,
};
pub use size::{KeyImpact, NetworkSize, rank_by_impact};
pub use weights::{apply_weights, collect_weights};

/// The example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
