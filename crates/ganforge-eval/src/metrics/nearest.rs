//! Detection of copied training images: distances from samples to the training set, compared with those from held-out real images.
//!
//! Samples of a model that learned the distribution are as far from the training set as held-out images; copies are closer. The idea is that of C. Meehan,
//! K. Chaudhuri, S. Dasgupta, "A non-parametric test to detect data-copying in generative models", 2020, without their partition into cells and their test
//! statistic.

use crate::error::EvalError;
use crate::features::Features;
use crate::pairs::{Center, nearest};

/// Euclidean distances to the nearest training sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NearestDistances {
    /// From the samples.
    pub samples: DistanceSummary,
    /// From held-out real samples.
    pub held_out: DistanceSummary,
    /// Fraction of samples closer to the training set than the first percentile of held-out samples. About 0.01 is expected; a much larger value indicates copying.
    pub suspicious: f64,
}

/// Summary statistics of distances.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DistanceSummary {
    /// The median.
    pub median: f64,
    /// The mean.
    pub mean: f64,
}

impl NearestDistances {
    /// The median distance of samples divided by that of held-out samples: about 1 for a good model, well below 1 for copies, well above 1 for samples unlike the
    /// data. `None` if most held-out samples are in the training set.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        (self.held_out.median > 0.0).then(|| self.samples.median / self.held_out.median)
    }
}

const NAME: &str = "the distance to training samples";

/// The smallest number of held-out samples that has a first percentile.
const HELD_OUT: usize = 100;

/// Distances from samples and from held-out samples to the nearest training sample.
///
/// # Errors
/// The dimensions differ, there are no samples or training samples, or fewer than 100 held-out samples.
pub fn nearest_training(
    samples: &Features,
    held_out: &Features,
    training: &Features,
) -> Result<NearestDistances, EvalError> {
    samples.same_space(training)?;
    held_out.same_space(training)?;
    samples.at_least(1, NAME, "samples")?;
    training.at_least(1, NAME, "training samples")?;
    held_out.at_least(HELD_OUT, NAME, "held-out samples")?;
    let center = Center::of(training);
    let sorted = |set| {
        let squared = nearest(&center, set, training).into_iter();
        let mut distances: Vec<f64> = squared.map(|squared| f64::from(squared).sqrt()).collect();
        distances.sort_by(f64::total_cmp);
        distances
    };
    let (samples, held_out) = (sorted(samples), sorted(held_out));
    let near = held_out[held_out.len() / 100];
    let suspicious = samples.partition_point(|&distance| distance < near);
    Ok(NearestDistances {
        suspicious: suspicious as f64 / samples.len() as f64,
        samples: DistanceSummary::new(&samples),
        held_out: DistanceSummary::new(&held_out),
    })
}

impl DistanceSummary {
    fn new(sorted: &[f64]) -> Self {
        let middle = sorted.len() / 2;
        let before = sorted[(sorted.len() - 1) / 2];
        Self {
            median: f64::midpoint(before, sorted[middle]),
            mean: sorted.iter().sum::<f64>() / sorted.len() as f64,
        }
    }
}

#[cfg(test)]
#[expect(
    clippy::float_cmp,
    reason = "shares of few samples and small integers are exact"
)]
mod tests {
    use super::*;
    use crate::tests::scattered;

    #[test]
    fn points_on_a_line_have_known_distances() {
        let line = |points: Vec<f32>| Features::new(points.len(), 1, points).unwrap();
        let training = line(vec![0.0, 1000.0]);
        // At distances 1 to 200, so that the first percentile is 3.
        let held_out = line((1..=200).map(|at| at as f32).collect());
        let samples = line(vec![0.0, 2.0, 3.0, 1010.0]);
        let found = nearest_training(&samples, &held_out, &training).unwrap();
        assert_eq!(
            found.samples,
            DistanceSummary {
                median: 2.5,
                mean: 3.75
            }
        );
        assert_eq!(
            found.held_out,
            DistanceSummary {
                median: 100.5,
                mean: 100.5
            }
        );
        assert_eq!(found.suspicious, 0.5);
        assert_eq!(found.ratio(), Some(2.5 / 100.5));
    }

    #[test]
    fn copies_are_detected_and_new_samples_are_not() {
        let training = scattered(1500, 6, 1);
        let held_out = scattered(500, 6, 2);
        let fresh = nearest_training(&scattered(500, 6, 3), &held_out, &training).unwrap();
        assert!((fresh.ratio().unwrap() - 1.0).abs() < 0.1 && fresh.suspicious < 0.04);
        let copies = training.select(&(0..500).collect::<Vec<_>>());
        let copied = nearest_training(&copies, &held_out, &training).unwrap();
        assert_eq!((copied.ratio(), copied.suspicious), (Some(0.0), 1.0));
        // Held-out samples that are in the training set give no baseline.
        let contaminated = nearest_training(&held_out, &copies, &training).unwrap();
        assert_eq!(contaminated.ratio(), None);
    }

    #[test]
    fn too_few_samples_are_refused() {
        let (set, none) = (
            scattered(100, 2, 1),
            Features::new(0, 2, Vec::new()).unwrap(),
        );
        let refused = |samples: &Features, held_out: &Features, training: &Features| {
            nearest_training(samples, held_out, training)
                .unwrap_err()
                .to_string()
        };
        assert!(refused(&none, &set, &set).contains("at least 1 samples"));
        assert!(
            refused(&set, &scattered(99, 2, 1), &set).contains("at least 100 held-out samples")
        );
        assert!(refused(&set, &set, &none).contains("at least 1 training samples"));
        assert!(refused(&set, &set, &scattered(9, 3, 1)).contains("same feature space"));
        assert!(refused(&set, &scattered(100, 3, 1), &set).contains("same feature space"));
    }
}
