//! The stages of both networks.

use super::super::pyramid::Pyramid;
use super::gain_init::GainInit;
use super::stage::{EXPANSION, Stage};
use crate::{ConfigError, ImageShape};

/// The keys of a recipe from which the stages follow.
pub(super) struct StageConfig {
    /// Channels at the full size.
    pub width: usize,
    /// Largest number of channels; 8 · `width` by default.
    pub max_width: Option<usize>,
    /// Residual blocks per stage.
    pub blocks: usize,
    /// Channels per group of the 3×3 convolutions.
    pub group_width: usize,
}

/// One stage per size, from the base grid to the full one.
pub(super) struct Stages {
    /// Channels of each, from the base grid to the full size; 2 or more stages.
    pub channels: Vec<usize>,
    /// Height and width of the first.
    pub base_grid: [usize; 2],
    /// Residual blocks of each.
    pub blocks: usize,
    /// Channels per group of the 3×3 convolutions.
    pub group_width: usize,
}

impl StageConfig {
    /// The stages for `image`.
    ///
    /// # Errors
    /// An unsupported image size, a size of 0, or groups that do not divide the channels.
    pub fn stages(&self, image: ImageShape) -> Result<Stages, ConfigError> {
        ConfigError::at_least_one("width", self.width)?;
        ConfigError::at_least_one("blocks", self.blocks)?;
        ConfigError::at_least_one("group_width", self.group_width)?;
        let cap = self.max_width.unwrap_or(self.width.saturating_mul(8));
        if cap < self.width {
            let allowed = format!("{} (`width`) or more", self.width);
            return Err(ConfigError::new("max_width", cap, allowed));
        }
        let pyramid = Pyramid::of(image, "r3gan")?;
        let at = |halvings: usize| self.width.saturating_mul(1 << halvings).min(cap);
        let channels: Vec<usize> = (0..=pyramid.stages).rev().map(at).collect();
        for inner in channels.iter().map(|c| c.saturating_mul(EXPANSION)) {
            if !inner.is_multiple_of(self.group_width) {
                let allowed = format!(
                    "a divisor of {inner}: twice the channels of every stage, from `width` to `max_width`"
                );
                return Err(ConfigError::new("group_width", self.group_width, allowed));
            }
        }
        Ok(Stages {
            channels,
            base_grid: pyramid.base_grid,
            blocks: self.blocks,
            group_width: self.group_width,
        })
    }
}

impl Stages {
    /// A stage whose blocks have `channels`, with a transition from `from` channels to `to`.
    pub fn stage(&self, channels: usize, [from, to]: [usize; 2], init: &mut GainInit<'_>) -> Stage {
        let total_blocks = (self.blocks * self.channels.len()) as f64;
        // A leaky rectifier of slope 0.2 preserves 1.04 / 2 of the variance; L^(-1/4) for three layers per branch and L
        // blocks.
        let gain = (2.0_f64 / 1.04).sqrt() * total_blocks.powf(-0.25);
        Stage::new(
            channels,
            [from, to],
            self.blocks,
            self.group_width,
            gain,
            init,
        )
    }
}
