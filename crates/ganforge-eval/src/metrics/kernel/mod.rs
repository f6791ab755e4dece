//! The kernel distance (KID): the squared maximum mean discrepancy with a cubic polynomial kernel.
//!
//! M. Bińkowski, D. J. Sutherland, M. Arbel, A. Gretton, "Demystifying MMD GANs", 2018, section 4: k(x, y) = (x·y / d + 1)³ in d dimensions, and the
//! unbiased estimator
//!
//! ```text
//! Σ k(xᵢ, xⱼ) / (m (m - 1)) + Σ k(yᵢ, yⱼ) / (n (n - 1)) - 2 Σ k(xᵢ, yⱼ) / (m n)
//! ```
//!
//! whose first two sums exclude i = j. Unlike the Fréchet distance it is unbiased for small numbers of samples, so equal distributions have an expected value of
//! 0 and negative values occur. Inner products of centered samples are formed in single precision; the shift back, kernels and sums are in double precision,
//! because the distance is a small difference of large sums.

mod sums;

use ganforge_core::{choose, keyed_rng};
use serde::{Deserialize, Serialize};

use crate::error::EvalError;
use crate::estimate::Estimate;
use crate::features::Features;
use sums::Sums;

/// Which pairs of samples the kernel distance averages over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum KernelEstimator {
    /// All pairs. The uncertainty is the jackknife's standard error, which is conservative if the distributions agree.
    #[serde(rename = "whole")]
    AllPairs,
    /// The mean over random subsets of both sides, as in the paper and in torch-fidelity. The uncertainty is the standard deviation over subsets.
    Subsets {
        /// Number of subsets, 100 in the paper.
        count: usize,
        /// Samples per subset and side, 1,000 in the paper.
        size: usize,
    },
}

impl KernelEstimator {
    /// 100 subsets of 1,000, as in the paper.
    pub const PAPER: Self = Self::Subsets {
        count: 100,
        size: 1000,
    };
}

const NAME: &str = "the kernel distance";

/// The kernel distance with its uncertainty. `seed` determines the subsets and is unused for [`KernelEstimator::AllPairs`].
///
/// ```
/// use ganforge_eval::Features;
/// use ganforge_eval::metrics::{KernelEstimator, kernel};
///
/// let samples = Features::new(4, 1, vec![0.0, 0.1, 0.2, 0.3])?;
/// let reference = Features::new(4, 1, vec![2.0, 2.1, 2.2, 2.3])?;
/// let distance = kernel(&samples, &reference, KernelEstimator::AllPairs, 0)?;
/// assert!(distance.value > 1.0);
/// # Ok::<(), ganforge_eval::EvalError>(())
/// ```
///
/// # Errors
/// The dimensions differ, a side has fewer than three samples or fewer than a subset takes, or there are no subsets.
pub fn kernel(
    samples: &Features,
    reference: &Features,
    estimator: KernelEstimator,
    seed: u64,
) -> Result<Estimate, EvalError> {
    samples.same_space(reference)?;
    samples.at_least(3, NAME, "samples")?;
    reference.at_least(3, NAME, "reference samples")?;
    match estimator {
        KernelEstimator::AllPairs => Ok(Sums::new(samples, reference).estimate()),
        KernelEstimator::Subsets { count, size } => {
            check_subsets(count, size)?;
            samples.at_least(size, NAME, "samples for a subset")?;
            reference.at_least(size, NAME, "reference samples for a subset")?;
            let distances: Vec<f64> = (0..count)
                .map(|subset| {
                    let mut rng = keyed_rng(seed, "kernel-subset", subset as u64);
                    let first = samples.select(&choose(&mut rng, samples.rows(), size));
                    let second = reference.select(&choose(&mut rng, reference.rows(), size));
                    Sums::new(&first, &second).distance()
                })
                .collect();
            Ok(Estimate::over_parts(&distances))
        }
    }
}

fn check_subsets(count: usize, size: usize) -> Result<(), EvalError> {
    let wrong = |name, value: usize, allowed| EvalError::Parameter {
        metric: NAME,
        name,
        value: value.to_string(),
        allowed,
    };
    match (count, size) {
        (0, _) => Err(wrong("number of subsets", count, "1 or more")),
        (_, 0..3) => Err(wrong("size of a subset", size, "3 or more")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::sums::jackknife;
    use super::*;
    use crate::estimate::Spread;
    use crate::tests::scattered;

    /// The estimator by its definition.
    fn definition(first: &Features, second: &Features) -> f64 {
        let kernel = |a: &[f32], b: &[f32]| {
            let product: f64 = a
                .iter()
                .zip(b)
                .map(|(&a, &b)| f64::from(a) * f64::from(b))
                .sum();
            (product / a.len() as f64 + 1.0).powi(3)
        };
        let within = |set: &Features| {
            let mut sum = 0.0;
            for (i, a) in set.iter().enumerate() {
                for (j, b) in set.iter().enumerate() {
                    sum += if i == j { 0.0 } else { kernel(a, b) };
                }
            }
            sum / (set.rows() * (set.rows() - 1)) as f64
        };
        let across: f64 = first
            .iter()
            .flat_map(|a| second.iter().map(move |b| kernel(a, b)))
            .sum();
        within(first) + within(second) - 2.0 * across / (first.rows() * second.rows()) as f64
    }

    fn standard_error(estimate: Estimate) -> f64 {
        match estimate.spread {
            Spread::StandardError(error) => error,
            Spread::Deviation(_) => panic!("a standard error"),
        }
    }

    #[test]
    fn the_value_equals_the_definition_over_many_tiles() {
        let (first, second) = (scattered(1500, 3, 1), scattered(300, 3, 2));
        let found = kernel(&first, &second, KernelEstimator::AllPairs, 0)
            .unwrap()
            .value;
        let exact = definition(&first, &second);
        assert!(
            (found - exact).abs() < 1e-6 * exact.abs(),
            "{found} {exact}"
        );
    }

    #[test]
    fn the_jackknife_equals_leaving_each_sample_out() {
        let (first, second) = (scattered(7, 2, 1), scattered(5, 2, 2));
        let without = |set: &Features, other: &Features, swap: bool| -> Vec<f64> {
            (0..set.rows())
                .map(|left_out| {
                    let kept: Vec<usize> = (0..set.rows()).filter(|&at| at != left_out).collect();
                    let kept = set.select(&kept);
                    if swap {
                        definition(other, &kept)
                    } else {
                        definition(&kept, other)
                    }
                })
                .collect()
        };
        let variance = jackknife(&without(&first, &second, false))
            + jackknife(&without(&second, &first, true));
        let found = standard_error(kernel(&first, &second, KernelEstimator::AllPairs, 0).unwrap());
        assert!((found - variance.sqrt()).abs() < 1e-6 * found);
    }

    #[test]
    fn sets_of_one_distribution_are_within_a_few_standard_errors_of_zero_on_both_sides() {
        let deviations: Vec<f64> = (0..20)
            .map(|seed| {
                let (first, second) =
                    (scattered(200, 4, 2 * seed), scattered(200, 4, 2 * seed + 1));
                let estimate = kernel(&first, &second, KernelEstimator::AllPairs, 0).unwrap();
                estimate.value / standard_error(estimate)
            })
            .collect();
        assert!(
            deviations.iter().all(|value| value.abs() < 4.0),
            "{deviations:?}"
        );
        assert!(
            deviations.iter().any(|&value| value < 0.0),
            "{deviations:?}"
        );
    }

    #[test]
    fn subsets_as_large_as_the_sets_give_the_distance_of_the_sets() {
        let (first, second) = (scattered(40, 3, 1), scattered(40, 3, 2));
        let whole = kernel(&first, &second, KernelEstimator::AllPairs, 0)
            .unwrap()
            .value;
        let estimator = KernelEstimator::Subsets { count: 3, size: 40 };
        let subsets = kernel(&first, &second, estimator, 7).unwrap();
        assert!((subsets.value - whole).abs() < 1e-6 * whole.abs());
        let Spread::Deviation(deviation) = subsets.spread else {
            panic!("subsets deviate");
        };
        assert!(deviation < 1e-6);
    }

    #[test]
    fn the_seed_determines_the_subsets() {
        let (first, second) = (scattered(40, 3, 1), scattered(50, 3, 2));
        let estimator = KernelEstimator::Subsets { count: 5, size: 10 };
        let with = |seed| kernel(&first, &second, estimator, seed).unwrap();
        assert_eq!(with(1), with(1));
        assert_ne!(with(1), with(2));
    }

    #[test]
    fn invalid_input_is_refused() {
        let set = scattered(20, 3, 1);
        let refused = |first: &Features, second: &Features, estimator| {
            kernel(first, second, estimator, 0).unwrap_err().to_string()
        };
        let subsets = |count, size| KernelEstimator::Subsets { count, size };
        let two = scattered(2, 3, 1);
        assert!(refused(&two, &set, KernelEstimator::AllPairs).contains("at least 3 samples"));
        assert!(
            refused(&set, &two, KernelEstimator::AllPairs).contains("at least 3 reference samples")
        );
        assert!(
            refused(&set, &set, KernelEstimator::PAPER)
                .contains("at least 1000 samples for a subset")
        );
        assert!(refused(&set, &set, subsets(0, 10)).contains("number of subsets is 0"));
        assert!(refused(&set, &set, subsets(10, 2)).contains("size of a subset is 2"));
        assert!(
            refused(&set, &scattered(20, 4, 1), KernelEstimator::AllPairs)
                .contains("3 features a sample")
        );
    }
}
