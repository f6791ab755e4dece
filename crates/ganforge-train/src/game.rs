//! The rules of one game, as `[game]` in a recipe states them.

use serde::{Deserialize, Serialize};

use crate::error::RecipeError;
use crate::payoff::Payoff;
use crate::penalty::Penalty;

/// Turns of one player in one step: as many as the keys of their random numbers tell apart.
const MOST_TURNS: usize = 1 << 16;

/// `[game]`: who is paid what, and who moves when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Game {
    /// What each player minimises.
    pub payoff: Payoff,
    /// Constraints on the discriminator.
    #[serde(default)]
    pub penalties: Vec<Penalty>,
    /// Who moves when.
    #[serde(default)]
    pub update: UpdateRule,
    /// Discriminator updates per step of the alternating rule.
    #[serde(default = "one")]
    pub discriminator_steps: usize,
    /// Generator updates per step of the alternating rule.
    #[serde(default = "one")]
    pub generator_steps: usize,
    /// Share of the way that the real images' target moves towards that of fakes (one-sided label smoothing,
    /// Salimans et al. 2016).
    #[serde(default)]
    pub label_smoothing: f64,
}

/// Who moves when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UpdateRule {
    /// `discriminator_steps` updates of the discriminator, each on new real images and fakes, then
    /// `generator_steps` of the generator, the first of them on the last fakes: the generator has not moved
    /// since, so they are what it would make again.
    #[default]
    Alternating,
    /// As alternating, but the generator moves on fakes of its own: odd iterations are the discriminator's, even ones
    /// the generator's, each with latents drawn anew.
    OddEven,
    /// Both players move at once, each against the other's old weights.
    Simultaneous,
    /// As simultaneous, through the discriminator once instead of twice (Shen et al. 2021).
    OneStage,
}

impl Game {
    /// Batches of real images that one training step consumes.
    #[must_use]
    pub fn batches_per_step(&self) -> usize {
        match self.update {
            UpdateRule::Alternating | UpdateRule::OddEven => self.discriminator_steps,
            UpdateRule::Simultaneous | UpdateRule::OneStage => 1,
        }
    }

    /// Refuses rules that contradict each other.
    ///
    /// # Errors
    /// Names the key, the value and what would be allowed.
    pub fn check(&self) -> Result<(), RecipeError> {
        let steps = [
            ("game.discriminator_steps", self.discriminator_steps),
            ("game.generator_steps", self.generator_steps),
        ];
        for (key, steps) in steps {
            if !(1..=MOST_TURNS).contains(&steps) {
                return Err(RecipeError::value(key, steps, format!("1 to {MOST_TURNS}")));
            }
            let at_once = matches!(self.update, UpdateRule::Simultaneous | UpdateRule::OneStage);
            if at_once && steps != 1 {
                return Err(RecipeError::value(
                    key,
                    steps,
                    "1 with a simultaneous or one-stage update, where both players move once a step",
                ));
            }
        }
        self.payoff.check()?;
        if !(0.0..0.5).contains(&self.label_smoothing) {
            return Err(RecipeError::value(
                "game.label_smoothing",
                self.label_smoothing,
                "0 or more and below 0.5",
            ));
        }
        if self.label_smoothing > 0.0 && !self.payoff.has_targets() {
            return Err(RecipeError::value(
                "game.label_smoothing",
                self.label_smoothing,
                "0 with this payoff, which gives real images no target to smooth",
            ));
        }
        self.penalties.iter().try_for_each(Penalty::check)?;
        self.check_slope()
    }

    /// The Wasserstein critic's score is unbounded unless something bounds its slope.
    fn check_slope(&self) -> Result<(), RecipeError> {
        let bounded = self.penalties.iter().any(Penalty::bounds_slope);
        if self.payoff == Payoff::Wasserstein && !bounded {
            return Err(RecipeError::value(
                "game.penalties",
                "no bound on the critic's slope",
                "one with payoff = \"wasserstein\", as [{ kind = \"wgan-gp\", lambda = 10.0 }] or \
                 [{ kind = \"weight-clipping\", limit = 0.01 }] is",
            ));
        }
        Ok(())
    }
}

fn one() -> usize {
    1
}
