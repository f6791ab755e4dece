//! The trait `System`: what the training loop needs to know of a system.

use std::fmt::Debug;
use std::path::Path;

use burn::module::{Module, ModuleDisplay};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use ganforge_data::{DataError, Dataset};
use ganforge_infer::{Images, Signature};
use ganforge_model::{
    FORMAT, Generator, ImageShape, LatentSpec, ModelCard, ModelError, NetworkSize,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::loader::{Latents, Loader};
use crate::error::{RecipeError, TrainError};
use crate::experiment::Experiment;
use crate::game::{Game, Loss, PerPlayer, PlayerState, TurnKey, Undecided};

/// The networks of both players as a recipe describes them, and their losses. It is configuration and holds no weights. Its keys are at the top level of
/// the recipe, next to those of the [`Experiment`].
///
/// A system has two players. A player may own several networks with disjoint parameters: the sum of their losses
/// gives each network its own gradient.
///
/// One turn of [`Gan`](super::Gan), without the training loop:
///
/// ```
/// use ganforge_data::BatchStream;
/// use ganforge_train::burn::tensor::Device;
/// use ganforge_train::game::TurnKey;
/// use ganforge_train::system::{Gan, Latents, Loader, System};
/// use ganforge_train::{Recipe, TrainingData};
///
/// let recipe: Recipe<Gan> = Recipe::load("digits", &[])?;
/// let data = TrainingData::open(&recipe.experiment)?;
/// let device = Device::flex().autodiff();
/// let players = recipe.build_on(&data.images, 0, &device)?;
///
/// let latents = Latents { spec: recipe.system.latent(), batch: 8, seed: 7, device };
/// let mut loader = Loader::new(BatchStream::new(data.images, 8, 7, 0)?, &latents);
/// let round = recipe.system.next_round(&mut loader, 0)?;
///
/// let turn = players.turn(&round, TurnKey::default());
/// let fakes = players.generate(&round);
/// let loss = recipe.system.generator_loss(turn, fakes);
/// // The non-saturating loss -E[log D(G(z))] of an untrained discriminator.
/// assert!(loss.loss.into_scalar::<f32>() > 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `examples/custom-system` defines a system outside this crate.
pub trait System: Clone + Debug + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The value of the key `system` in a recipe.
    const NAME: &'static str;

    /// Whether the discriminator player is part of what a run ships, averaged like the generator: a classifier is, a critic
    /// only on request (`run.ship_discriminator`).
    const SHIPS_DISCRIMINATOR: bool = false;

    /// Whether [`one_stage`](Self::one_stage) is implemented.
    const HAS_ONE_STAGE: bool = false;

    /// What the discriminators score, in the plural.
    const SCORED: &'static str = "images";

    /// Whether rounds take images of a second domain, the table `[target]` of a recipe.
    const USES_TARGET: bool = false;

    /// Whether rounds take a second batch of images, in an order of its own.
    const USES_SECOND_BATCH: bool = false;

    /// Whether rounds take labelled images, `data.labelled` of each class.
    const USES_LABELLED: bool = false;

    /// The generator player: one network, or a struct of several.
    type Generator: Module + ModuleDisplay + 'static;
    /// The discriminator player: one network, or several.
    type Discriminator: Module + ModuleDisplay + 'static;
    /// The state of the discriminators beside their weights.
    type State: PlayerState + 'static;
    /// The input of a turn: real images, latents, classes.
    type Round: Clone + Send + 'static;
    /// The output of the generator player for a round.
    type Generated: Detach;
    /// The network that samples are drawn from and that metrics measure.
    type Sampled: Generator;

    /// Checks that the experiment is defined for this system.
    ///
    /// # Errors
    /// Names the key, its value and the allowed values.
    fn check(&self, experiment: &Experiment) -> Result<(), RecipeError>;

    /// Builds the networks of both players.
    ///
    /// # Errors
    /// The rules are not defined for these images, or a network cannot be built for them.
    fn init(
        &self,
        experiment: &Experiment,
        setting: &Setting<'_>,
    ) -> Result<(Self::Generator, Self::Discriminator), TrainError>;

    /// Size and distribution of the latents that samples are drawn from.
    fn latent(&self) -> LatentSpec;

    /// Checks the data, beyond what a recipe says of them.
    ///
    /// # Errors
    /// Names the key, its value and the allowed values.
    fn check_data(&self, _images: &Dataset) -> Result<(), RecipeError> {
        Ok(())
    }

    /// The number of images on which new networks depend, which [`Setting::images`] holds then.
    fn initial_images(&self) -> usize {
        0
    }

    /// The names of the classes of samples, where they are the system's own and not those of the data.
    fn sample_classes(&self) -> Option<Vec<String>> {
        None
    }

    /// True where new networks start from the mean image of the data, which [`Setting::mean_image`] holds then.
    fn needs_mean_image(&self) -> bool {
        false
    }

    /// The sizes of both players, computed before anything is allocated; `None` if a player does not report its size.
    fn sizes(
        &self,
        experiment: &Experiment,
        image: ImageShape,
        classes: usize,
    ) -> PerPlayer<Option<NetworkSize>>;

    /// The next round of the run. `index` counts rounds from the start of the run and keys the random numbers of the round.
    ///
    /// # Errors
    /// The data cannot be read any longer.
    fn next_round(&self, loader: &mut Loader<'_>, index: u64) -> Result<Self::Round, DataError>;

    /// The round with new latents for an additional generator turn; `draw` numbers these turns.
    fn redraw(&self, round: Self::Round, _latents: &Latents, _draw: u64) -> Self::Round {
        round
    }

    /// The output of the generator player for a round, with gradients to its parameters.
    fn generate(
        &self,
        generator: &Self::Generator,
        round: &Self::Round,
        game: &Game,
    ) -> Self::Generated;

    /// The loss that the discriminator player minimises. No gradient may reach the generator: detach `generated`.
    fn discriminator_loss(&self, turn: Turn<'_, Self>, generated: Self::Generated) -> Loss;

    /// The loss that the generator player minimises. No gradient may reach the parameters of the discriminator.
    fn generator_loss(&self, turn: Turn<'_, Self>, generated: Self::Generated) -> Loss;

    /// The losses of both players, without penalties, where the discriminator gives every image the same score: the dashed
    /// lines of a report. By default those of the payoff.
    fn undecided(&self, experiment: &Experiment, device: &Device) -> Undecided {
        Undecided::of(&experiment.game, device)
    }

    /// Both losses at the same weights, on the same generated images.
    fn joint_losses(&self, turn: Turn<'_, Self>, generated: Self::Generated) -> PerPlayer<Loss> {
        let discriminator = self.discriminator_loss(turn, generated.clone().detach());
        PerPlayer {
            generator: self.generator_loss(turn, generated),
            discriminator,
        }
    }

    /// Both players' gradients from one pass through the discriminator, for `game.update = "one-stage"`.
    ///
    /// # Panics
    /// If [`HAS_ONE_STAGE`](Self::HAS_ONE_STAGE) is false; recipes are checked for this.
    fn one_stage(
        &self,
        _turn: Turn<'_, Self>,
        _generated: Self::Generated,
    ) -> PerPlayer<(GradientsParams, Loss)> {
        unreachable!("the recipe was checked against HAS_ONE_STAGE")
    }

    /// The part of the generator player that samples are drawn from.
    fn sampled<'a>(&self, generator: &'a Self::Generator) -> &'a Self::Sampled;

    /// The shape of the images that the sampled network takes, where it takes images.
    fn input(&self, _image: ImageShape) -> Option<ImageShape> {
        None
    }

    /// Fixed inputs of the sampled network, where it takes images: of a run's sample sheets and of its evaluation.
    ///
    /// # Errors
    /// Data that cannot be read.
    fn sample_inputs(
        &self,
        _images: &Dataset,
        _count: usize,
        _seed: u64,
    ) -> Result<Option<Images>, TrainError> {
        Ok(None)
    }

    /// The bytes of a model file.
    ///
    /// # Errors
    /// Weights that are not 32-bit floats.
    fn to_model_file(&self, shipped: &Shipped<Self>, about: &About) -> Result<Vec<u8>, ModelError>;

    /// The generator player from a model file.
    ///
    /// # Errors
    /// A file that cannot be read, is damaged, or is of another system.
    fn open_model(path: &Path, device: &Device) -> Result<Self::Generator, ModelError>;

    /// The names of the values that [`measure`](Self::measure) computes.
    fn own_metrics(&self) -> &'static [&'static str] {
        &[]
    }

    /// Measures the networks on data that training does not see, at each evaluation of a run; values are in the order of
    /// [`own_metrics`](Self::own_metrics).
    ///
    /// # Errors
    /// Data that cannot be read, or a device that fails.
    fn measure(
        &self,
        _shipped: &Shipped<Self>,
        _test: &Dataset,
        _device: &Device,
    ) -> Result<Vec<f64>, TrainError> {
        Ok(Vec::new())
    }

    /// As [`measure`](Self::measure) for a system of [two domains](Self::USES_TARGET), by name, on `samples` unseen images of the
    /// first and of the second, or on all of fewer. A value that the data do not admit is left out.
    ///
    /// # Errors
    /// As [`measure`](Self::measure).
    fn measure_domains(
        &self,
        shipped: &Shipped<Self>,
        domains: [&Dataset; 2],
        _samples: usize,
        device: &Device,
    ) -> Result<Vec<(&'static str, f64)>, TrainError> {
        let values = self.measure(shipped, domains[0], device)?;
        Ok(self.own_metrics().iter().copied().zip(values).collect())
    }

    /// Numbers that the discriminator player stores beside its parameters, such as past fakes, for the check of memory before
    /// training.
    fn stored_values(&self, _image: ImageShape) -> f64 {
        0.0
    }

    /// Values that are allowed and prevent training, or have no effect: a sentence each, which names the keys.
    fn warnings(&self, _experiment: &Experiment) -> Vec<String> {
        Vec::new()
    }

    /// Named terms that the losses report beside those of every game, in the order in which a reader wants them.
    fn terms(&self) -> &'static [&'static str] {
        &[]
    }
}

/// The networks that a finished run ships, in inference mode.
#[derive(Debug, Clone)]
pub struct Shipped<S: System> {
    /// The generator player, averaged where the recipe averages it.
    pub generator: S::Generator,
    /// The discriminator player, where the system or the recipe ships it.
    pub discriminator: Option<S::Discriminator>,
}

/// What networks are built for.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// The size of an image.
    pub image: ImageShape,
    /// 0 for unconditional players.
    pub classes: usize,
    /// Mean image of the data, `channels · height · width` values, where [`System::needs_mean_image`] asks for it.
    pub mean_image: Option<&'a [f32]>,
    /// `[count, channels, height, width]`, images of the data chosen by the seed, where [`System::initial_images`] asks for them.
    pub images: Option<&'a Tensor<4>>,
    /// Where tensors are made.
    pub device: &'a Device,
}

/// What a model file says beside its networks.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    /// What goes into the generator and comes out of it.
    pub signature: Signature,
    /// The recipe it was trained with.
    pub recipe: String,
    /// The run's seed.
    pub seed: u64,
    /// Real images shown to the discriminator.
    pub images_seen: u64,
    /// Identity of the data.
    pub data_fingerprint: String,
    /// Names of the classes of labelled data, in the order of the labels; empty where labels are not used.
    pub label_names: Vec<String>,
}

impl About {
    /// The metadata of a model file whose samples a generator of this architecture makes.
    #[must_use]
    pub fn card<A>(&self, architecture: A) -> ModelCard<A> {
        let Self {
            signature,
            recipe,
            seed,
            images_seen,
            data_fingerprint,
            label_names: _,
        } = self.clone();
        ModelCard {
            format: FORMAT,
            architecture,
            latent: signature.latent,
            image: signature.image,
            classes: signature.classes,
            recipe,
            seed,
            images_seen,
            data_fingerprint,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// One turn: the networks, the rules, a round, and the key of what is random.
pub struct Turn<'a, S: System> {
    /// The generator player.
    pub generator: &'a S::Generator,
    /// The discriminator player.
    pub discriminator: &'a S::Discriminator,
    /// The state of the rules, computed from past scores.
    pub state: &'a S::State,
    /// The rules.
    pub game: &'a Game,
    /// The input of the turn.
    pub round: &'a S::Round,
    /// Key of what is random in the turn.
    pub key: TurnKey,
}

#[allow(
    clippy::expl_impl_clone_on_copy,
    reason = "a system is not Copy, a turn is"
)]
impl<S: System> Clone for Turn<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: System> Copy for Turn<'_, S> {}

/// Tensors that can be cut from the graph that made them.
pub trait Detach: Clone {
    /// The same values without the graph.
    #[must_use]
    fn detach(self) -> Self;
}

impl<const D: usize> Detach for Tensor<D> {
    fn detach(self) -> Self {
        Tensor::detach(self)
    }
}

impl<A: Detach, B: Detach> Detach for (A, B) {
    fn detach(self) -> Self {
        (self.0.detach(), self.1.detach())
    }
}

impl<T: Detach> Detach for Vec<T> {
    fn detach(self) -> Self {
        self.into_iter().map(Detach::detach).collect()
    }
}
