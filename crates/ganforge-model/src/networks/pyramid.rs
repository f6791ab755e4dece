//! The sizes of a convolutional pyramid.

use crate::{ConfigError, ImageShape};

/// A pyramid of stages that each change height and width by a factor of 2, between a base grid with a shorter side of 4 and
/// the image.
pub(super) struct Pyramid {
    /// Number of stages, 1 or more.
    pub stages: usize,
    /// Height and width of the base grid, `4 × n` or `n × 4`.
    pub base_grid: [usize; 2],
}

impl Pyramid {
    /// The pyramid of `image` for a network of this `kind`.
    ///
    /// # Errors
    /// An image size without one.
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

    /// Channels of each stage from the base grid, halving down to `width`.
    pub fn channels(&self, width: usize) -> Vec<usize> {
        let channels = |stage| width.saturating_mul(1_usize << stage);
        (0..self.stages).rev().map(channels).collect()
    }

    /// Pixels of the base grid.
    pub fn base_pixels(&self) -> f64 {
        self.base_grid[0] as f64 * self.base_grid[1] as f64
    }
}
