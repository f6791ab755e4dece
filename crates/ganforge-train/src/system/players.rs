//! Both players in one module.

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::Gradients;
use ganforge_model::keyed_rng;

use super::interface::{Shipped, System, Turn};
use crate::experiment::Experiment;
use crate::game::{Game, Loss, PerPlayer, Player, PlayerState, TurnKey};
use crate::weights::{Average, History, clip_norm, gradient_norm, number_parameters};

/// Both players of a system with all that training keeps of them: the module that burn-train trains and checkpoints store.
///
/// ```
/// use ganforge_train::burn::module::Module;
/// use ganforge_train::burn::tensor::Device;
/// use ganforge_train::{Recipe, TrainingData};
///
/// let recipe = Recipe::load("digits", &[])?;
/// let data = TrainingData::open(&recipe.experiment)?;
/// let players = recipe.build_on(&data.images, 0, &Device::flex().autodiff())?;
/// // 64 → 256 → 256 → 64 with batch norm, and 64 → 256 → 256 → 1.
/// assert_eq!(players.discriminator.num_params(), 64 * 256 + 256 + 256 * 256 + 256 + 256 + 1);
/// // The running average of the generator is what a run ships.
/// assert!(players.average.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Module, Debug)]
pub struct Players<S: System> {
    /// The generator player.
    pub generator: S::Generator,
    /// The discriminator player.
    pub discriminator: S::Discriminator,
    /// The running average of the generator, which a finished run ships.
    pub average: Option<Average<S::Generator>>,
    /// The running average of a discriminator that is [shipped](System::SHIPS_DISCRIMINATOR).
    pub discriminator_average: Option<Average<S::Discriminator>>,
    /// State of the rules, computed from past scores.
    pub state: S::State,
    /// Means of past weights, for historical averaging.
    pub(crate) generator_history: Option<History<S::Generator>>,
    pub(crate) discriminator_history: Option<History<S::Discriminator>>,
    /// The system.
    #[module(skip)]
    pub system: S,
    /// The rules.
    #[module(skip)]
    pub game: Game,
    #[module(skip)]
    ships_discriminator: bool,
}

/// The initial state of [`Players`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Start {
    /// Half-life of each player's average, in its updates; no average if absent.
    pub half_life: Option<PerPlayer<f64>>,
    /// Whether a finished run ships the discriminator.
    pub ships_discriminator: bool,
    /// Seed of random numbers in the players' state, weights excluded.
    pub seed: u64,
    /// Updates of each player in earlier sessions.
    pub updates: PerPlayer<u64>,
}

impl Start {
    /// The start of a run after `steps_before` steps.
    #[must_use]
    pub fn of(experiment: &Experiment, steps_before: u64) -> Self {
        let game = &experiment.game;
        let half_life = experiment.average.map(|average| {
            let images_per_step = experiment.images_per_step() as f64;
            let in_updates =
                |updates: usize| average.half_life / (images_per_step / updates as f64);
            PerPlayer {
                generator: in_updates(game.generator_steps),
                discriminator: in_updates(game.discriminator_steps),
            }
        });
        Self {
            half_life,
            ships_discriminator: experiment.run.ship_discriminator,
            seed: experiment.run.seed,
            updates: PerPlayer {
                generator: steps_before * game.generator_steps as u64,
                discriminator: steps_before * game.discriminator_steps as u64,
            },
        }
    }
}

impl<S: System> Players<S> {
    /// Players with the state that the rules need, and a unique identity for each parameter.
    #[must_use]
    pub fn new(
        system: S,
        generator: S::Generator,
        discriminator: S::Discriminator,
        game: Game,
        start: Start,
    ) -> Self {
        let mut rng = keyed_rng(start.seed, "constraints on the discriminator", 0);
        let penalties = game.penalties.iter();
        let discriminator = penalties.fold(discriminator, |discriminator, penalty| {
            penalty.before_training(discriminator, &mut rng)
        });
        let device = generator.devices().into_iter().next().unwrap_or_default();
        let updates = start.updates;
        let has_history = game.historical_averaging > 0.0;
        let generator_history = has_history.then(|| History::new(&generator, updates.generator));
        let discriminator_history =
            has_history.then(|| History::new(&discriminator, updates.discriminator));
        let mut players = Self {
            generator,
            discriminator,
            average: None,
            discriminator_average: None,
            state: S::State::new(&game, &device),
            generator_history,
            discriminator_history,
            system,
            game,
            ships_discriminator: S::SHIPS_DISCRIMINATOR || start.ships_discriminator,
        };
        players.start_averages(start.half_life, updates);
        number_parameters(players)
    }

    /// Starts the averages of what is shipped at the current weights, or drops them. The copies share parameter ids with the
    /// originals until [`number_parameters`] assigns new ones.
    pub(crate) fn start_averages(
        &mut self,
        half_life: Option<PerPlayer<f64>>,
        updates: PerPlayer<u64>,
    ) {
        self.average = half_life
            .map(|half_life| Average::new(&self.generator, half_life.generator, updates.generator));
        let of_discriminator = half_life.filter(|_| S::SHIPS_DISCRIMINATOR);
        self.discriminator_average = of_discriminator.map(|half_life| {
            let updates = updates.discriminator;
            Average::new(&self.discriminator, half_life.discriminator, updates)
        });
    }

    /// One turn of these players.
    pub fn turn<'a>(&'a self, round: &'a S::Round, key: TurnKey) -> Turn<'a, S> {
        Turn {
            generator: &self.generator,
            discriminator: &self.discriminator,
            state: &self.state,
            game: &self.game,
            round,
            key,
        }
    }

    /// The output of the generator player for a round.
    pub fn generate(&self, round: &S::Round) -> S::Generated {
        self.system.generate(&self.generator, round, &self.game)
    }

    /// The networks that a finished run ships: averages where there are any, in inference mode.
    #[must_use]
    pub fn shipped(&self) -> Shipped<S> {
        Shipped {
            generator: shipped(&self.generator, self.average.as_ref()),
            discriminator: self
                .ships_discriminator
                .then(|| shipped(&self.discriminator, self.discriminator_average.as_ref())),
        }
    }

    /// Both players' gradients at the same weights, from one backward pass.
    ///
    /// The losses share no parameter that both would move: the discriminator's is of detached fakes, the generator's of
    /// a discriminator without gradients. So the gradient of their sum is both gradients.
    pub(crate) fn joint_gradients(
        &self,
        turn: Turn<'_, S>,
        generated: S::Generated,
    ) -> PerPlayer<(GradientsParams, Loss)> {
        let losses = self.system.joint_losses(turn, generated);
        let sum = losses.discriminator.loss.clone() + losses.generator.loss.clone();
        let mut gradients = sum.backward();
        PerPlayer {
            discriminator: (
                GradientsParams::from_module(&mut gradients, &self.discriminator),
                losses.discriminator,
            ),
            generator: (
                GradientsParams::from_module(&mut gradients, &self.generator),
                losses.generator,
            ),
        }
    }

    /// The gradients of one player's parameters.
    pub(crate) fn gradients_of(&self, player: Player, gradients: Gradients) -> GradientsParams {
        match player {
            Player::Generator => GradientsParams::from_grads(gradients, &self.generator),
            Player::Discriminator => GradientsParams::from_grads(gradients, &self.discriminator),
        }
    }

    /// The L2 norm of one player's gradient, which waits for the device.
    pub(crate) fn gradient_norm(&self, player: Player, gradients: &GradientsParams) -> f64 {
        match player {
            Player::Generator => gradient_norm(gradients, &self.generator),
            Player::Discriminator => gradient_norm(gradients, &self.discriminator),
        }
    }

    /// One player's gradient, scaled down to the L2 norm `longest` where it is longer.
    pub(crate) fn clip_norm(
        &self,
        player: Player,
        gradients: GradientsParams,
        longest: f64,
    ) -> GradientsParams {
        match player {
            Player::Generator => clip_norm(gradients, &self.generator, longest),
            Player::Discriminator => clip_norm(gradients, &self.discriminator, longest),
        }
    }
}

/// The average of a network where there is one, in inference mode.
fn shipped<M: Module>(network: &M, average: Option<&Average<M>>) -> M {
    match average {
        Some(average) => average.network.clone(),
        None => network.valid(),
    }
}
