//! Configurations of networks: serializable data from which a recipe or a model file builds a network.

use std::fmt::Debug;

use burn::tensor::Device;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{ConfigError, Coupling, Discriminator, Generator, ImageShape, LatentSpec, NetworkSize};

/// The configuration of a generator: [`GeneratorConfig`](crate::GeneratorConfig), or that of a network of your own.
///
/// It is the table `[generator]` of a recipe, and it is stored in the model file, from which the network is built again.
///
/// ```
/// use ganforge_model::{GeneratorArchitecture, GeneratorConfig, ImageShape};
///
/// let config: GeneratorConfig =
///     serde_json::from_str(r#"{"kind": "mlp", "latent": 16, "hidden": [32]}"#)?;
/// let shape = ImageShape { channels: 1, height: 8, width: 8 };
/// assert_eq!(config.latent().dimension, 16);
/// // Two weight matrices, 16 × 32 and 32 × 64.
/// assert_eq!(config.weight_count(shape, 0), Some(16 * 32 + 32 * 64));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub trait GeneratorArchitecture:
    Clone + Debug + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// The network it describes.
    type Network: Generator + 'static;

    /// Builds the network with weights drawn from `rng`. They must depend on `rng` and the arguments alone, as those of
    /// [`WeightInit`](crate::layers::WeightInit) do.
    ///
    /// `image` is the shape of an image of the data; `classes` is 0 for an unconditional generator.
    ///
    /// # Errors
    /// A value of the configuration that is out of range.
    fn init(
        &self,
        image: ImageShape,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<Self::Network, ConfigError>;

    /// Dimension and distribution of its latents.
    fn latent(&self) -> LatentSpec;

    /// A lower bound on the number of values in a file of its weights; `None` if the count overflows.
    ///
    /// A model file with fewer values is refused before memory is allocated for the network. The default, 0, skips this
    /// check.
    fn weight_count(&self, _image: ImageShape, _classes: usize) -> Option<usize> {
        Some(0)
    }

    /// Number of parameters, and of activations stored for the backward pass. Training compares them with the memory of
    /// the machine before it allocates anything.
    ///
    /// `None`, the default, is unknown and skips this check.
    fn size(&self, _image: ImageShape, _classes: usize) -> Option<NetworkSize> {
        None
    }

    /// The shape of the images that an image-to-image generator takes; `None` for a generator of latents.
    ///
    /// `image` is the shape of the generated images.
    fn input(&self, _image: ImageShape) -> Option<ImageShape> {
        None
    }

    /// The input of an image-to-image generator for one image of the data: that image, unless an architecture changes it, as
    /// one that completes images does by cutting a hole.
    ///
    /// # Shapes
    /// - `image`: `channels · height · width` values in row-major order
    /// - output: as many values as [`input`](Self::input) has
    fn prepare_input(&self, image: &[f32], _shape: ImageShape, _rng: &mut ChaCha8Rng) -> Vec<f32> {
        image.to_vec()
    }

    /// True if [`init_from_mean_image`](Self::init_from_mean_image) should be called on a new network.
    fn needs_mean_image(&self) -> bool {
        false
    }

    /// Changes a new network so that its images are close to the mean image of the data; does nothing by default.
    ///
    /// # Shapes
    /// - `mean`: `channels · height · width` values in row-major order
    fn init_from_mean_image(&self, network: Self::Network, _mean: &[f32]) -> Self::Network {
        network
    }

    /// The name of the norm if hidden layers are normalised by batch statistics of one value per image and feature, as
    /// by `BatchNorm1d`. For a batch of one image these are degenerate: every latent would give the same image.
    fn batch_norm_1d(&self) -> Option<&'static str> {
        None
    }
}

/// The configuration of a discriminator, the table `[discriminator]` of a recipe:
/// [`DiscriminatorConfig`](crate::DiscriminatorConfig), or that of a network of your own.
pub trait DiscriminatorArchitecture:
    Clone + Debug + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// The network it describes.
    type Network: Discriminator + 'static;

    /// Builds the network with weights drawn from `rng`. They must depend on `rng` and the arguments alone, as those of
    /// [`WeightInit`](crate::layers::WeightInit) do.
    ///
    /// `image` is the shape of an input; with packing it has more channels than an image of the data. `classes` is 0 for
    /// an unconditional discriminator.
    ///
    /// # Errors
    /// A value of the configuration that is out of range.
    fn init(
        &self,
        image: ImageShape,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<Self::Network, ConfigError>;

    /// Number of parameters and of stored activations, as [`GeneratorArchitecture::size`]; `None`, the default, is
    /// unknown.
    fn size(&self, _image: ImageShape, _classes: usize) -> Option<NetworkSize> {
        None
    }

    /// The reason if the score of an image depends on the other images of its batch, else `None`. Rules of the game that
    /// require independent scores, such as gradient penalties, are refused then.
    fn is_batch_dependent(&self) -> Option<Coupling> {
        None
    }

    /// True if the discriminator of a game with classes also classifies images
    /// ([`class_logits`](crate::DiscriminatorOutput::class_logits)).
    fn has_classifier(&self) -> bool {
        false
    }

    /// True if a score is the negative energy of an image, at most 0. A payoff of energies requires such a discriminator, and
    /// others refuse it.
    fn scores_energy(&self) -> bool {
        false
    }

    /// False if the network returns `None` for its [input gradient](crate::Discriminator::input_gradient) with every setting, for
    /// another reason than [scores that depend on the batch](Self::is_batch_dependent). A gradient penalty of the exact form is
    /// refused then.
    fn has_input_gradient(&self) -> bool {
        true
    }

    /// The key and value if a forward pass in training is stochastic, as with dropout; else `None`.
    fn is_stochastic(&self) -> Option<(&'static str, f64)> {
        None
    }
}
