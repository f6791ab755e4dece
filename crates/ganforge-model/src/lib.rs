//! Networks of a generative adversarial game, and the file a generator travels in.
//!
//! - [`Generator`] and [`Discriminator`] are open traits: bring a Burn [`Module`](burn::module::Module)
//!   of your own, or take a built-in one from [`GeneratorConfig`] and [`DiscriminatorConfig`].
//! - [`GeneratorArchitecture`] and [`DiscriminatorArchitecture`] are how recipes and files describe either.
//! - [`networks`] holds one file per architecture.
//! - [`ModelFile`] is a safetensors file that describes itself: architecture, latents, image, provenance.
//!
//! Images are float tensors `[batch, channels, height, width]` in `[-1, 1]`; a point in the plane is an
//! image `[batch, 2, 1, 1]` in its own coordinates. Nothing here names a backend: every constructor takes
//! a [`Device`](burn::tensor::Device).

mod architecture;
mod discriminator;
mod error;
mod generator;
mod image;
mod input;
mod latent;
pub mod layers;
mod model_file;
pub mod networks;
mod random;
mod size;
mod tensor_file;
mod weights;

pub use architecture::{DiscriminatorArchitecture, GeneratorArchitecture};
pub use burn;
pub use discriminator::{
    Coupling, Discriminator, DiscriminatorConfig, DiscriminatorNet, DiscriminatorOutput,
    InputGradient, TracedDiscriminator,
};
pub use error::{ConfigError, ModelError};
pub use generator::{Generator, GeneratorConfig, GeneratorNet};
pub use image::ImageSpec;
pub use input::{DiscriminatorInput, GeneratorInput};
pub use latent::{LatentDistribution, LatentSpec};
pub use model_file::{
    BundleCard, FORMAT, FORMAT_NAMED, GENERATOR, ModelBundle, ModelCard, ModelFile,
};
/// What initial weights are drawn from.
pub use rand_chacha::ChaCha8Rng;
pub use random::keyed_rng;
pub use size::{Heavy, NetworkSize, heaviest};
pub use weights::{apply_weights, collect_weights};

/// The example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
