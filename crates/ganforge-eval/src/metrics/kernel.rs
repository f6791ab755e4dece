//! The kernel distance: the squared maximum mean discrepancy under a cubic kernel.
//!
//! M. Bińkowski, D. J. Sutherland, M. Arbel, A. Gretton, "Demystifying MMD GANs", 2018, section 4: k(x, y) = (x·y / d + 1)³ in d dimensions, and the
//! unbiased estimator
//!
//! ```text
//! Σ k(xᵢ, xⱼ) / (m (m - 1)) + Σ k(yᵢ, yⱼ) / (n (n - 1)) - 2 Σ k(xᵢ, yⱼ) / (m n)
//! ```
//!
//! whose first two sums leave out i = j. Unlike the Fréchet distance it has no bias at small numbers of samples, so that 0, and less, means
//! "the same". Inner products are those of samples moved towards their mean, in single precision, and are moved back in double, as are kernels and sums: the
//! distance is a small difference of large sums.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::error::EvalError;
use crate::estimate::{Estimate, Spread};
use crate::features::Features;
use crate::pairs::{Center, Pairs, Tile};
use crate::sampling::{choose, generator};

/// Which pairs of samples are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum KernelEstimator {
    /// All of them, once. The spread is the jackknife's standard error, which is on the safe side where the distributions agree.
    #[serde(rename = "whole")]
    AllPairs,
    /// The mean over random subsets of both sides, as the paper and torch-fidelity have it; the spread is the subsets' deviation.
    Subsets {
        /// How many, 100 in the paper.
        count: usize,
        /// Samples of each side in one, 1,000 in the paper.
        size: usize,
    },
}

impl KernelEstimator {
    /// 100 subsets of 1,000.
    pub const PAPER: Self = Self::Subsets {
        count: 100,
        size: 1000,
    };
}

const NAME: &str = "the kernel distance";

/// The kernel distance with its spread. `seed` chooses the subsets, and nothing else.
///
/// # Errors
/// If the dimensions differ, if a side has fewer than three samples or fewer than a subset takes, or if there are no subsets.
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
                    let mut draws = generator(seed, subset as u64);
                    let first = samples.select(&choose(&mut draws, samples.rows(), size));
                    let second = reference.select(&choose(&mut draws, reference.rows(), size));
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

/// For every sample, the sum of its kernels with all others of its own side, and with all of the other side.
struct Sums {
    samples: Sides,
    reference: Sides,
}

struct Sides {
    own: Vec<f64>,
    other: Vec<f64>,
}

impl Sums {
    fn new(samples: &Features, reference: &Features) -> Self {
        let center = Center::of(reference);
        let (to_reference, to_samples) = across(&center, samples, reference);
        Self {
            samples: Sides {
                own: within(&center, samples),
                other: to_reference,
            },
            reference: Sides {
                own: within(&center, reference),
                other: to_samples,
            },
        }
    }

    fn distance(&self) -> f64 {
        let [m, n] = [&self.samples, &self.reference].map(|side| side.own.len() as f64);
        let [first, second] = [&self.samples, &self.reference].map(|side| side.own.iter().sum());
        combine([m, n], [first, second], self.samples.other.iter().sum())
    }

    /// The distance, and its standard error by the jackknife: each sample's sums say what the distance would be without it.
    fn estimate(&self) -> Estimate {
        let [m, n] = [&self.samples, &self.reference].map(|side| side.own.len() as f64);
        let [first, second]: [f64; 2] =
            [&self.samples, &self.reference].map(|side| side.own.iter().sum());
        let shared: f64 = self.samples.other.iter().sum();
        // A sample's sum stands in the total twice: once as its row, once in its column.
        let without_sample = self
            .samples
            .each(|own, other| combine([m - 1.0, n], [first - 2.0 * own, second], shared - other));
        let without_reference = self
            .reference
            .each(|own, other| combine([m, n - 1.0], [first, second - 2.0 * own], shared - other));
        let variance = jackknife(&without_sample) + jackknife(&without_reference);
        Estimate {
            value: combine([m, n], [first, second], shared),
            spread: Spread::StandardError(variance.sqrt()),
        }
    }
}

impl Sides {
    fn each(&self, value: impl Fn(f64, f64) -> f64) -> Vec<f64> {
        let pairs = self.own.iter().zip(&self.other);
        pairs.map(|(&own, &other)| value(own, other)).collect()
    }
}

/// The estimator from numbers of samples and sums of kernels.
fn combine([m, n]: [f64; 2], [first, second]: [f64; 2], shared: f64) -> f64 {
    first / (m * (m - 1.0)) + second / (n * (n - 1.0)) - 2.0 * shared / (m * n)
}

/// The variance of an estimate whose values without each sample are these.
fn jackknife(without: &[f64]) -> f64 {
    let count = without.len() as f64;
    let mean = without.iter().sum::<f64>() / count;
    let squares: f64 = without.iter().map(|value| (value - mean).powi(2)).sum();
    (count - 1.0) / count * squares
}

/// What a block of rows has seen: the kernels of its rows, and of the columns from `first` on, summed.
struct Block {
    rows: Range<usize>,
    row_sums: Vec<f64>,
    first: usize,
    column_sums: Vec<f64>,
}

impl Block {
    fn new(rows: Range<usize>, columns: Range<usize>) -> Self {
        Self {
            row_sums: vec![0.0; rows.len()],
            first: columns.start,
            column_sums: vec![0.0; columns.len()],
            rows,
        }
    }

    /// Adds the kernels of a tile's pairs, for each row those from column `from(row)` on.
    fn add(&mut self, tile: &Tile, kernel: &Kernel, from: impl Fn(usize) -> usize) {
        let start = tile.first_column();
        for (row, products) in tile.rows() {
            let skipped = from(row).saturating_sub(start).min(products.len());
            let columns = start + skipped..start + products.len();
            let terms = &kernel.right[columns.clone()];
            let sums = &mut self.column_sums[columns.start - self.first..columns.end - self.first];
            let mut total = 0.0;
            for ((sum, term), &product) in sums.iter_mut().zip(terms).zip(&products[skipped..]) {
                let base = (f64::from(product) + term + kernel.left[row]) * kernel.scale + 1.0;
                let value = base * base * base;
                total += value;
                *sum += value;
            }
            self.row_sums[row - self.rows.start] += total;
        }
    }
}

/// How the product of two moved samples becomes their kernel.
struct Kernel {
    left: Vec<f64>,
    right: Vec<f64>,
    scale: f64,
}

impl Kernel {
    fn new(center: &Center, left: &Features, right: &Features) -> Self {
        Self {
            left: center.terms(left),
            right: center.terms(right),
            scale: 1.0 / left.columns() as f64,
        }
    }
}

/// For every row of a set, the sum of its kernels with the other rows.
fn within(center: &Center, set: &Features) -> Vec<f64> {
    let kernel = Kernel::new(center, set, set);
    let blocks = center.products(
        set,
        set,
        Pairs::Upper,
        |rows| Block::new(rows.clone(), rows.start..set.rows()),
        |block, tile| block.add(tile, &kernel, |row| row + 1),
    );
    let mut sums = vec![0.0; set.rows()];
    for block in blocks {
        add_to(&mut sums[block.rows], &block.row_sums);
        add_to(&mut sums[block.first..], &block.column_sums);
    }
    sums
}

/// For every row of either set, the sum of its kernels with the rows of the other.
fn across(center: &Center, left: &Features, right: &Features) -> (Vec<f64>, Vec<f64>) {
    let kernel = Kernel::new(center, left, right);
    let blocks = center.products(
        left,
        right,
        Pairs::All,
        |rows| Block::new(rows, 0..right.rows()),
        |block, tile| block.add(tile, &kernel, |_| 0),
    );
    let (mut of_left, mut of_right) = (Vec::new(), vec![0.0; right.rows()]);
    for block in blocks {
        of_left.extend(block.row_sums);
        add_to(&mut of_right, &block.column_sums);
    }
    (of_left, of_right)
}

fn add_to(sums: &mut [f64], more: &[f64]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum += more;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::scattered;

    /// The estimator as it is written.
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
    fn the_value_is_that_of_the_definition_over_many_tiles() {
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
    fn the_jackknife_is_that_of_leaving_each_sample_out() {
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
    fn draws_of_one_distribution_are_within_a_few_errors_of_zero_on_both_sides() {
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
    fn subsets_as_large_as_the_sets_are_the_sets() {
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
    fn the_seed_chooses_the_subsets() {
        let (first, second) = (scattered(40, 3, 1), scattered(50, 3, 2));
        let estimator = KernelEstimator::Subsets { count: 5, size: 10 };
        let with = |seed| kernel(&first, &second, estimator, seed).unwrap();
        assert_eq!(with(1), with(1));
        assert_ne!(with(1), with(2));
    }

    #[test]
    fn what_cannot_be_estimated_is_refused() {
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
