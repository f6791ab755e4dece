//! How a network is described, in a recipe and in a model file, and built from its description.

use std::fmt::Debug;

use burn::tensor::Device;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{ConfigError, Coupling, Discriminator, Generator, ImageShape, LatentSpec, NetworkSize};

/// What `[generator]` in a recipe says: [`GeneratorConfig`](crate::GeneratorConfig), or a description of a network of your own.
///
/// It travels in the model file too, which brings the network back to life.
pub trait GeneratorArchitecture:
    Clone + Debug + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// The network it describes.
    type Network: Generator + 'static;

    /// Builds the network. The same numbers from `rng` have to give the same weights;
    /// [`WeightInit`](crate::layers::WeightInit) draws them so.
    ///
    /// `image` is the size of the data, `classes` is 0 for an unconditional generator.
    ///
    /// # Errors
    /// A value no network can be built from.
    fn init(
        &self,
        image: ImageShape,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<Self::Network, ConfigError>;

    /// Size and distribution of the latents it takes.
    fn latent(&self) -> LatentSpec;

    /// Numbers that a file of its weights must at least hold, `None` where the count overflows.
    ///
    /// A description in a file that claims more is refused before any memory is asked for; 0, as here, trusts it.
    fn weight_count(&self, _image: ImageShape, _classes: usize) -> Option<usize> {
        Some(0)
    }

    /// What the network holds, and what a pass through it keeps for its backward pass, found before anything is
    /// allocated: a game that takes more memory than the machine has is refused then, by the key that makes it so large.
    ///
    /// `None`, as here, is not known, and not looked at.
    fn size(&self, _image: ImageShape, _classes: usize) -> Option<NetworkSize> {
        None
    }

    /// True where a new network is to [start](Self::init_from_mean_image) from the mean image of the data.
    fn needs_mean_image(&self) -> bool {
        false
    }

    /// A network that was just built, made to start from images around the mean image of the data.
    ///
    /// # Shapes
    /// - `mean`: `channels · height · width` numbers, row after row
    fn init_from_mean_image(&self, network: Self::Network, _mean: &[f32]) -> Self::Network {
        network
    }

    /// The norm by which a batch of one image is the same image for every latent, where there is one.
    fn batch_norm_1d(&self) -> Option<&'static str> {
        None
    }
}

/// What `[discriminator]` in a recipe says: [`DiscriminatorConfig`](crate::DiscriminatorConfig), or a description of a network of your own.
pub trait DiscriminatorArchitecture:
    Clone + Debug + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// The network it describes.
    type Network: Discriminator + 'static;

    /// Builds the network. The same numbers from `rng` have to give the same weights;
    /// [`WeightInit`](crate::layers::WeightInit) draws them so.
    ///
    /// `image` is what it judges: packed images have more channels than those of the data. `classes` is 0 for an
    /// unconditional discriminator.
    ///
    /// # Errors
    /// A value no network can be built from.
    fn init(
        &self,
        image: ImageShape,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<Self::Network, ConfigError>;

    /// What the network holds and keeps, as [`GeneratorArchitecture::size`] says it; `None`, as here, is not known.
    fn size(&self, _image: ImageShape, _classes: usize) -> Option<NetworkSize> {
        None
    }

    /// Why the score of one image depends on the others in its batch, where it does: rules that have no meaning then
    /// are refused.
    fn is_batch_dependent(&self) -> Option<Coupling> {
        None
    }

    /// True where the discriminator of a game with classes reports them, as
    /// [`class_logits`](crate::DiscriminatorOutput::class_logits).
    fn has_classifier(&self) -> bool {
        false
    }

    /// True where a score is the energy of an image with its sign changed, at most 0, and not a free number: payoffs and
    /// discriminators that disagree on that are refused.
    fn scores_energy(&self) -> bool {
        false
    }

    /// The key and value by which the same image gets another score each time it is judged in training, where it does.
    fn is_stochastic(&self) -> Option<(&'static str, f64)> {
        None
    }
}
