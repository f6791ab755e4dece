//! The latent space of a generator.

use burn::tensor::{Device, Tensor, TensorData};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal, Uniform};
use serde::{Deserialize, Serialize};

/// The distribution of the coordinates of a latent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LatentDistribution {
    /// Standard normal.
    #[default]
    Normal,
    /// Uniform on [-1, 1), as in Goodfellow et al. 2014.
    Uniform,
    /// Uniform on [0, 1), as in the code of Salimans et al. 2016.
    UnitInterval,
    /// Uniform on [-√3, √3), of variance 1, as in the code of Goodfellow et al. 2014.
    UniformUnitVariance,
}

impl LatentDistribution {
    /// The name in a recipe.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Uniform => "uniform",
            Self::UnitInterval => "unit-interval",
            Self::UniformUnitVariance => "uniform-unit-variance",
        }
    }

    /// The values of a coordinate, in words: unbounded, or within an interval.
    #[must_use]
    pub fn range(self) -> &'static str {
        match self {
            Self::Normal => "unbounded",
            Self::Uniform => "within [-1, 1]",
            Self::UnitInterval => "within [0, 1]",
            Self::UniformUnitVariance => "within [-√3, √3]",
        }
    }

    /// The mean of a coordinate.
    #[must_use]
    pub fn mean(self) -> f64 {
        match self {
            Self::Normal | Self::Uniform | Self::UniformUnitVariance => 0.0,
            Self::UnitInterval => 0.5,
        }
    }

    /// The variance of a coordinate.
    #[must_use]
    pub fn variance(self) -> f64 {
        match self {
            Self::Normal | Self::UniformUnitVariance => 1.0,
            Self::Uniform => 1.0 / 3.0,
            Self::UnitInterval => 1.0 / 12.0,
        }
    }
}

/// Dimension and distribution of a generator's latents; coordinates are independent.
///
/// ```
/// use ganforge_model::{LatentSpec, keyed_rng};
///
/// let spec = LatentSpec::normal(64);
/// let numbers = spec.draw(16, &mut keyed_rng(7, "latent", 0));
/// let latents = spec.tensor(numbers, &ganforge_model::burn::tensor::Device::flex());
/// assert_eq!(latents.dims(), [16, 64]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatentSpec {
    /// Coordinates per latent.
    pub dimension: usize,
    /// Distribution of each coordinate.
    pub distribution: LatentDistribution,
}

impl LatentSpec {
    /// Latents of `dimension` independent standard normal coordinates.
    #[must_use]
    pub fn normal(dimension: usize) -> Self {
        Self {
            dimension,
            distribution: LatentDistribution::Normal,
        }
    }

    /// Draws `count` latents on the host, `count · dimension` values in row-major order; they do not depend on the backend.
    #[must_use]
    pub fn draw(&self, count: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
        let numbers = count * self.dimension;
        match self.distribution {
            LatentDistribution::Normal => StandardNormal.sample_iter(rng).take(numbers).collect(),
            LatentDistribution::Uniform => uniform(1.0).sample_iter(rng).take(numbers).collect(),
            LatentDistribution::UnitInterval => {
                let unit = uniform(1.0).sample_iter(rng).take(numbers);
                unit.map(|value| f32::midpoint(value, 1.0)).collect()
            }
            LatentDistribution::UniformUnitVariance => {
                let distribution = uniform(3.0_f32.sqrt());
                distribution.sample_iter(rng).take(numbers).collect()
            }
        }
    }

    /// Moves latents to a device.
    ///
    /// # Shapes
    /// - `numbers`: `count · dimension` values in row-major order
    /// - output: `[count, dimension]`
    #[must_use]
    pub fn tensor(&self, numbers: Vec<f32>, device: &Device) -> Tensor<2> {
        let count = numbers.len() / self.dimension;
        Tensor::from_data(TensorData::new(numbers, [count, self.dimension]), device)
    }
}

/// Uniform on [-bound, bound); `bound` is positive.
fn uniform(bound: f32) -> Uniform<f32> {
    Uniform::new(-bound, bound).expect("the bound is positive")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyed_rng;

    #[test]
    fn latents_have_the_moments_of_their_distribution() {
        for distribution in [
            LatentDistribution::Normal,
            LatentDistribution::Uniform,
            LatentDistribution::UniformUnitVariance,
        ] {
            let variance = distribution.variance();
            let spec = LatentSpec {
                dimension: 10,
                distribution,
            };
            let numbers = spec.draw(10_000, &mut keyed_rng(0, "latent", 0));
            let n = numbers.len() as f64;
            let mean = numbers.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
            let second = numbers.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / n;
            // Within five standard errors.
            assert!(mean.abs() < 5.0 * (variance / n).sqrt(), "mean {mean}");
            assert!(
                (second - variance).abs() < 5.0 * (2.0 / n).sqrt(),
                "second moment {second}"
            );
        }
    }
}
