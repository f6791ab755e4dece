//! `[run]`: length, batch size, seed, and frequency of readings and checkpoints.

use serde::{Deserialize, Serialize};

use crate::error::RecipeError;

/// Upper bound of the batch size, far above any useful value, to catch typing errors before they exhaust the memory.
const LARGEST_BATCH: usize = 1 << 16;

/// Largest number of checkpoints that a run keeps.
const MOST_CHECKPOINTS: usize = 10_000;

/// The length of a run and its output, `[run]` in a recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunConfig {
    /// Number of real images that the discriminator sees in the run.
    pub images: u64,
    /// Images per update.
    pub batch: usize,
    /// Seed of all random numbers of a run.
    #[serde(default)]
    pub seed: u64,
    /// Images per tick: the interval between two readings of the metrics, each with a sample grid.
    pub tick: u64,
    /// Images between two checkpoints; by default ten ticks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<u64>,
    /// Number of latest checkpoints that are kept.
    #[serde(default = "one")]
    pub keep: usize,
    /// Also ships the discriminator: the model file holds it beside the generator.
    #[serde(default, skip_serializing_if = "is_false")]
    pub ship_discriminator: bool,
    /// Number of images in a sample grid.
    #[serde(default = "sixty_four")]
    pub samples: usize,
}

impl RunConfig {
    /// Images between two checkpoints.
    #[must_use]
    pub fn checkpoint_every(&self) -> u64 {
        self.checkpoint.unwrap_or(self.tick.saturating_mul(10))
    }

    pub(super) fn check(&self) -> Result<(), RecipeError> {
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

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
fn is_false(value: &bool) -> bool {
    !value
}

fn one() -> usize {
    1
}

fn sixty_four() -> usize {
    64
}
