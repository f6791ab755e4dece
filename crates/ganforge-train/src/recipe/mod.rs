//! Recipes: complete experiments as TOML.
//!
//! A recipe is read once, checked once, and from then on trusted. Every error names the key, the value and what
//! would be allowed.

mod builtin;
mod evaluation;
mod optimizer;
mod read;
mod tables;
mod warnings;

pub use builtin::{builtin, builtin_names};
pub use evaluation::EvaluationConfig;
pub use optimizer::{
    MomentumSchedule, OptimizerConfig, OptimizerKind, Optimizers, ScheduleConfig, ScheduleKind,
};
pub use read::{Override, RecipeSource};

use ganforge_data::{DataOptions, DataSpec, Resize};
use ganforge_model::{
    DiscriminatorArchitecture, DiscriminatorConfig, GeneratorArchitecture, GeneratorConfig,
};
use serde::{Deserialize, Serialize};

use crate::error::RecipeError;
use crate::game::Game;

/// Far more images than any step needs; beyond it lie typing errors, which should not take the machine's memory.
const LARGEST_BATCH: usize = 1 << 16;

/// The most checkpoints that a run keeps.
const MOST_CHECKPOINTS: usize = 10_000;

/// A complete experiment.
///
/// `G` and `D` describe the players: the built-in ones, unless you [`parse`](Self::parse) a recipe for networks of your
/// own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe<G = GeneratorConfig, D = DiscriminatorConfig> {
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
    /// The player that makes images.
    pub generator: G,
    /// The player that judges them.
    pub discriminator: D,
    /// The rules.
    pub game: Game,
    /// How each player moves.
    pub optimizer: Optimizers,
    /// The running average of the generator; without it the last generator is shipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average: Option<AverageConfig>,
    /// What is measured while training; nothing where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluation: Option<EvaluationConfig>,
    /// How long, how often, from which seed.
    pub run: RunConfig,
}

/// `[data]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// Where images come from; `--data` replaces it.
    pub source: DataSpec,
    /// `[height, width]` in pixels; the size of the data where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<[usize; 2]>,
    /// 1 for grey, 3 for RGB; that of the data where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<usize>,
    /// How images of another size are brought to `size`.
    #[serde(default)]
    pub resize: Resize,
    /// RGB that transparent pixels are laid on.
    #[serde(default = "white")]
    pub background: [u8; 3],
    /// Images at the front of the data that are passed over.
    #[serde(default)]
    pub skip: usize,
    /// Images used, after those; all there are where absent, and 128,000 of stacked digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take: Option<usize>,
    /// Mirror half of the images left to right while training.
    #[serde(default)]
    pub flip: bool,
    /// Show the class of each image to both players.
    #[serde(default)]
    pub labels: bool,
    /// Pixels of an image file at most, a larger one is left out; 2²⁶ where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_pixels: Option<u64>,
    /// Bytes that the data may take in memory; 2 GiB where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_limit: Option<usize>,
}

/// `[average]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AverageConfig {
    /// Images after which a step's weights count half in the average.
    pub half_life: f64,
}

/// `[run]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunConfig {
    /// Real images to show to the discriminator.
    pub images: u64,
    /// Images per update.
    pub batch: usize,
    /// Everything random in a run follows from it.
    #[serde(default)]
    pub seed: u64,
    /// Images between two readings of the metrics, each with a sample grid.
    pub tick: u64,
    /// Images between two checkpoints; ten ticks where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<u64>,
    /// Checkpoints that are kept, from the last one back.
    #[serde(default = "one")]
    pub keep: usize,
    /// Images in a sample grid.
    #[serde(default = "sixty_four")]
    pub samples: usize,
}

impl DataConfig {
    /// What the data crate is asked for.
    #[must_use]
    pub fn options(&self) -> DataOptions {
        let usual = DataOptions::default();
        DataOptions {
            size: self.size,
            channels: self.channels,
            resize: self.resize,
            background: self.background,
            flip: self.flip,
            labels: self.labels,
            skip: self.skip,
            take: self.take,
            max_pixels: self.max_pixels.unwrap_or(usual.max_pixels),
            memory_limit: self.memory_limit.unwrap_or(usual.memory_limit),
            ..usual
        }
    }
}

impl RunConfig {
    /// Images between two checkpoints.
    #[must_use]
    pub fn checkpoint_every(&self) -> u64 {
        self.checkpoint.unwrap_or(self.tick.saturating_mul(10))
    }

    fn check(&self) -> Result<(), RecipeError> {
        let whole = [
            ("run.images", self.images),
            ("run.tick", self.tick),
            ("run.checkpoint", self.checkpoint_every()),
        ];
        for (key, value) in whole {
            if value == 0 {
                return Err(RecipeError::value(key, value, "1 or more"));
            }
        }
        if !(1..=LARGEST_BATCH).contains(&self.batch) {
            let allowed = format!("1 to {LARGEST_BATCH}");
            return Err(RecipeError::value("run.batch", self.batch, allowed));
        }
        if !(1..=MOST_CHECKPOINTS).contains(&self.keep) {
            let allowed = format!("1 to {MOST_CHECKPOINTS}");
            return Err(RecipeError::value("run.keep", self.keep, allowed));
        }
        if !(1..=4096).contains(&self.samples) {
            return Err(RecipeError::value("run.samples", self.samples, "1 to 4096"));
        }
        Ok(())
    }
}

impl<G, D> Recipe<G, D> {
    /// Steps of the game that show the discriminator `run.images` real images.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.run.images.div_ceil(self.images_per_step())
    }

    /// Images between two evaluations, where there are any.
    #[must_use]
    pub fn evaluation_every(&self) -> Option<u64> {
        let evaluation = self.evaluation.as_ref()?;
        Some(self.run.tick.saturating_mul(evaluation.every))
    }

    /// Real images that one step of the game consumes.
    #[must_use]
    pub fn images_per_step(&self) -> u64 {
        (self.run.batch * self.game.batches_per_step()) as u64
    }
}

impl<G: GeneratorArchitecture, D: DiscriminatorArchitecture> Recipe<G, D> {
    fn check(&self) -> Result<(), RecipeError> {
        self.run.check()?;
        self.game.check()?;
        self.game
            .check_players(&self.discriminator, self.data.labels, self.run.batch)?;
        if self.run.batch == 1
            && let Some(norm) = self.generator.norm_of_rows()
        {
            let allowed = format!(
                "2 or more with generator.norm = \"{norm}\", for a batch of one has no statistics"
            );
            return Err(RecipeError::value("run.batch", 1, allowed));
        }
        self.optimizer.check()?;
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

fn white() -> [u8; 3] {
    [255; 3]
}

fn one() -> usize {
    1
}

fn sixty_four() -> usize {
    64
}
