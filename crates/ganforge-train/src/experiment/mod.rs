//! What a recipe says apart from who plays: data, rules, optimizers, measurements, length.

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

use serde::{Deserialize, Serialize};

use crate::error::RecipeError;
use crate::game::{Game, PerPlayer};

/// A complete experiment but for the networks, which belong to the system that plays it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// Name of the built-in recipe or of the file, without its ending; filled in when a recipe is read.
    #[serde(default)]
    pub name: String,
    /// One line for people.
    pub title: String,
    /// Where the recipe comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<String>,
    /// What a run reaches, with the protocol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What is learned.
    pub data: DataConfig,
    /// The second domain of a system that translates between two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<DataConfig>,
    /// The rules.
    pub game: Game,
    /// One optimizer per player, so that each has its own time scale (Heusel et al. 2017).
    pub optimizer: PerPlayer<OptimizerConfig>,
    /// The running average of the generator; without it the last generator is shipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average: Option<AverageConfig>,
    /// What is measured while training; nothing where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluation: Option<EvaluationConfig>,
    /// How long, how often, from which seed.
    pub run: RunConfig,
}

/// `[average]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AverageConfig {
    /// Images after which a step's weights count half in the average.
    pub half_life: f64,
}

impl Experiment {
    /// The keys of a recipe that are the experiment's; all others are its system's.
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

    /// Steps of the game that show the discriminator `run.images` real images.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.run.images.div_ceil(self.images_per_step())
    }

    /// Real images that one step of the game consumes.
    #[must_use]
    pub fn images_per_step(&self) -> u64 {
        (self.run.batch * self.game.batches_per_step()) as u64
    }

    /// Images between two evaluations, where there are any.
    #[must_use]
    pub fn evaluation_every(&self) -> Option<u64> {
        let evaluation = self.evaluation.as_ref()?;
        Some(self.run.tick.saturating_mul(evaluation.every))
    }

    /// Refuses values out of range, and rules that contradict each other.
    ///
    /// # Errors
    /// Names the key, the value and what would be allowed.
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
