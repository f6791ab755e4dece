//! The rules of the game, as `[game]` in a recipe states them, and their formulas: losses, penalties, augmentation and update order.

mod adversarial_loss;
pub mod augment;
pub(crate) mod auxiliary;
mod balance;
mod check;
mod feature_matching;
mod loss;
mod pair_loss;
pub mod payoff;
pub mod penalty;
mod player;
mod preprocess;
mod pulling_away;
mod regulariser;
mod score_state;
mod scored;
mod turn_key;
mod undecided;
mod update;

pub use adversarial_loss::AdversarialLoss;
pub use balance::Balance;
pub use loss::{Loss, Term};
pub use pair_loss::{PairLoss, Pairs};
pub use player::{PerPlayer, Player};
pub(crate) use preprocess::add_noise;
pub use regulariser::{FeatureMatching, InstanceNoise};
pub use score_state::{Observation, PlayerState, ScoreState};
pub use scored::{Scored, Source};
pub use turn_key::TurnKey;
pub use undecided::{AtUndecided, Undecided};
pub use update::UpdateRule;

use serde::{Deserialize, Serialize};

use augment::Augmentation;
use payoff::Payoff;
use penalty::Penalty;

/// The rules of the game, `[game]` in a recipe.
///
/// # Examples
///
/// ```
/// use ganforge_train::game::payoff::Payoff;
/// use ganforge_train::game::{Game, UpdateRule};
///
/// let game: Game = toml::from_str("payoff = \"hinge\"\ndiscriminator_steps = 2")?;
/// assert_eq!(game, Game { discriminator_steps: 2, ..Game::new(Payoff::Hinge) });
/// assert_eq!(game.update, UpdateRule::Alternating);
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Game {
    /// The loss functions of both players.
    pub payoff: Payoff,
    /// Constraints on the discriminator.
    #[serde(default)]
    pub penalties: Vec<Penalty>,
    /// Order of the updates.
    #[serde(default)]
    pub update: UpdateRule,
    /// Discriminator updates per step of the alternating rule.
    #[serde(default = "one")]
    pub discriminator_steps: usize,
    /// Generator updates per step of the alternating rule.
    #[serde(default = "one")]
    pub generator_steps: usize,
    /// Fraction by which the target of real images is moved towards that of fakes (one-sided label smoothing, Salimans et al. 2016).
    #[serde(default)]
    pub label_smoothing: f64,
    /// Normal noise on every input of the discriminator, decreasing during the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_noise: Option<InstanceNoise>,
    /// Standard deviation of normal noise on generated images during training, which gives them a density everywhere. The shipped generator has none.
    #[serde(default)]
    pub generator_noise: f64,
    /// Random augmentations of every input of the discriminator, in this order (Zhao et al. 2020, "Differentiable Augmentation for Data-Efficient GAN
    /// Training").
    #[serde(default)]
    pub augment: Vec<Augmentation>,
    /// Number of images of one source that the discriminator scores together, as channels of one input (Lin et al. 2018, "PacGAN").
    #[serde(default = "one")]
    pub packing: usize,
    /// The generator matches the discriminator's features of real images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature_matching: Option<FeatureMatching>,
    /// Weight of the class loss for both players, if the discriminator has an auxiliary classifier (Odena et al. 2017).
    #[serde(default = "unit")]
    pub auxiliary_weight: f64,
    /// Weight of each player's squared distance from the mean of its past weights, a term of its loss (Salimans et al. 2016, section 3.3).
    #[serde(default)]
    pub historical_averaging: f64,
    /// Weight in the generator's loss of the mean squared cosine between the discriminator's features of different fakes
    /// (Zhao et al. 2017, section 2.4); 0 is off.
    #[serde(default)]
    pub pulling_away: f64,
}

impl Game {
    /// The game of a payoff without penalties and regularisers, with alternating updates.
    #[must_use]
    pub fn new(payoff: Payoff) -> Self {
        Self {
            payoff,
            penalties: Vec::new(),
            update: UpdateRule::Alternating,
            discriminator_steps: 1,
            generator_steps: 1,
            label_smoothing: 0.0,
            instance_noise: None,
            generator_noise: 0.0,
            augment: Vec::new(),
            packing: 1,
            feature_matching: None,
            auxiliary_weight: 1.0,
            historical_averaging: 0.0,
            pulling_away: 0.0,
        }
    }

    /// The named terms that the rules add to those of every game, as `metrics.jsonl` has them.
    #[must_use]
    pub fn terms(&self) -> Vec<&'static str> {
        let mut terms = Vec::new();
        if self.payoff.takes_energies() {
            terms.extend(["energy_real", "energy_fake"]);
        }
        if matches!(self.payoff, Payoff::Balanced(_)) {
            terms.extend(["balance", "convergence"]);
        }
        if self.pulling_away > 0.0 {
            terms.push("pulling_away");
        }
        terms
    }

    /// Batches of real images that one training step consumes.
    #[must_use]
    pub fn batches_per_step(&self) -> usize {
        match self.update {
            UpdateRule::Alternating | UpdateRule::OddEven => self.discriminator_steps,
            UpdateRule::Simultaneous | UpdateRule::OneStage => 1,
        }
    }
}

fn one() -> usize {
    1
}

fn unit() -> f64 {
    1.0
}
