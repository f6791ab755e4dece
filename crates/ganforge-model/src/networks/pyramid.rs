//! How images of a power of two times four are reached from a small grid.

use crate::{ConfigError, ImageShape};

/// How an image is reached from its base grid: both sides double as often as it takes the shorter one to grow from 4.
pub(super) struct Pyramid {
    /// Doublings from the base grid to the image, 1 or more.
    pub stages: usize,
    /// Height and width before the first, `4 × n` or `n × 4`.
    pub base_grid: [usize; 2],
}

impl Pyramid {
    /// The way to `image`, for a network of the given `kind`.
    pub fn of(image: ImageShape, kind: &str) -> Result<Self, ConfigError> {
        let [height, width] = [image.height, image.width];
        let short = height.min(width);
        let factor = short / 4;
        let fits = short.is_multiple_of(4)
            && factor.is_power_of_two()
            && factor > 1
            && height.is_multiple_of(factor)
            && width.is_multiple_of(factor);
        if !fits {
            return Err(ConfigError::new(
                "data.size",
                format!("{height}×{width}"),
                format!(
                    "for {kind} a shorter side of 8, 16, 32, 64, … pixels and a longer side that the same power of \
                     two divides (32×32, 64×48, 64×128)"
                ),
            ));
        }
        Ok(Self {
            stages: factor.ilog2() as usize,
            base_grid: [height / factor, width / factor],
        })
    }

    /// Channels from the base grid to the largest hidden layer, halving from stage to stage down to `width`.
    pub fn channels(&self, width: usize) -> Vec<usize> {
        let channels = |stage| width.saturating_mul(1_usize << stage);
        (0..self.stages).rev().map(channels).collect()
    }

    /// Pixels of the base grid.
    pub fn base_pixels(&self) -> f64 {
        self.base_grid[0] as f64 * self.base_grid[1] as f64
    }
}
