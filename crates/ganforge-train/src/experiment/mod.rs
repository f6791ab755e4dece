//! The part of a recipe that does not depend on the system: data, rules, optimizers, evaluation, length.

mod data;
mod evaluation;
mod optimizer;
mod run;

pub use data::DataConfig;
pub use evaluation::EvaluationConfig;
pub use optimizer::{
    MomentumSchedule, OptimizerConfig, OptimizerKind, ScheduleConfig, ScheduleKind,
};
pub use run::RunConfig;

use ganforge_model::{ChaCha8Rng, keyed_rng};
use serde::{Deserialize, Serialize};

use crate::error::RecipeError;
use crate::game::{Game, PerPlayer};

/// An experiment without its networks, which belong to the [system](crate::system).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// Name of the built-in recipe, or of the file without its extension; set when a recipe is read.
    #[serde(default)]
    pub name: String,
    /// A title of one line.
    pub title: String,
    /// The source of the recipe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<String>,
    /// The expected result of a run, with its protocol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The dataset.
    pub data: DataConfig,
    /// The second domain of a system that translates between two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<DataConfig>,
    /// The rules of the game.
    pub game: Game,
    /// One optimizer per player, so that each has its own time scale (Heusel et al. 2017).
    pub optimizer: PerPlayer<OptimizerConfig>,
    /// The moving average of the generator; without it the last generator is shipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average: Option<AverageConfig>,
    /// The evaluation during training; none by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluation: Option<EvaluationConfig>,
    /// Length, batch size and seed of the run.
    pub run: RunConfig,
}

/// The moving average of the generator's weights, `[average]` in a recipe.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AverageConfig {
    /// Number of images after which the contribution of a step has halved.
    pub half_life: f64,
}

impl Experiment {
    /// The random numbers of initial weights, for a purpose such as `"generator weights"`: a function of the run's seed and the purpose.
    #[must_use]
    pub fn weights_rng(&self, purpose: &str) -> ChaCha8Rng {
        keyed_rng(self.run.seed, purpose, 0)
    }

    /// The keys of the experiment; all other keys of a recipe belong to its system.
    pub(crate) const KEYS: [&'static str; 11] = [
        "name",
        "title",
        "paper",
        "expected",
        "data",
        "target",
        "game",
        "optimizer",
        "average",
        "evaluation",
        "run",
    ];

    /// Number of steps in which the discriminator sees `run.images` real images.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.run.images.div_ceil(self.images_per_step())
    }

    /// Real images that one step of the game consumes.
    #[must_use]
    pub fn images_per_step(&self) -> u64 {
        (self.run.batch * self.game.batches_per_step()) as u64
    }

    /// Images between two evaluations, if there are any.
    #[must_use]
    pub fn evaluation_every(&self) -> Option<u64> {
        let evaluation = self.evaluation.as_ref()?;
        Some(self.run.tick.saturating_mul(evaluation.every))
    }

    /// Checks for values out of range and contradictions.
    ///
    /// # Errors
    /// Names the key, its value and the allowed values.
    pub fn check(&self) -> Result<(), RecipeError> {
        self.run.check()?;
        self.game.check()?;
        self.optimizer.generator.check("optimizer.generator")?;
        self.optimizer
            .discriminator
            .check("optimizer.discriminator")?;
        if let Some(AverageConfig { half_life }) = self.average
            && !(half_life.is_finite() && half_life > 0.0)
        {
            return Err(RecipeError::value(
                "average.half_life",
                half_life,
                "a number of images above 0",
            ));
        }
        self.evaluation
            .as_ref()
            .map_or(Ok(()), EvaluationConfig::check)
    }
}
