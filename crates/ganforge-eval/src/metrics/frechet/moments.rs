//! Mean and covariance of features that need not be in memory together.

use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::{Accum, Mat, get_global_parallelism};

use crate::error::EvalError;
use crate::features::Features;

/// The first two moments of a set of samples, in double precision, added up batch by batch.
///
/// It holds one matrix of dimensions × dimensions, and nothing of the samples: 32 MiB for 2,048 dimensions however many samples there are.
/// The batches' order and sizes change the result by rounding alone.
#[derive(Debug, Clone)]
pub struct Moments {
    samples: usize,
    /// What samples are moved by before they are multiplied, so that a mean far from 0 costs no digits.
    shift: Vec<f64>,
    sums: Vec<f64>,
    /// The lower half of the sum of the outer products of moved samples.
    products: Mat<f64>,
}

/// Most dimensions of a covariance: two of them and a decomposition stay within 2 GiB.
pub(crate) const LARGEST: usize = 4096;

/// Samples that are added up together: to the bit the same sums, however many are in memory.
pub(crate) const BLOCK: usize = 4096;

/// Samples that are widened to double precision at a time.
const BATCH: usize = 512;

impl Moments {
    /// The moments of no samples yet.
    ///
    /// # Errors
    /// If the covariance of so many dimensions (more than 4,096) would not leave its decomposition room in 2 GiB.
    pub fn new(dimensions: usize) -> Result<Self, EvalError> {
        if !Self::admit(dimensions) {
            return Err(EvalError::TooLarge {
                dimensions,
                limit: LARGEST,
            });
        }
        Ok(Self {
            samples: 0,
            shift: vec![0.0; dimensions],
            sums: vec![0.0; dimensions],
            products: Mat::zeros(dimensions, dimensions),
        })
    }

    /// Whether there can be moments of so many dimensions.
    pub(crate) fn admit(dimensions: usize) -> bool {
        dimensions <= LARGEST
    }

    /// The moments of one set.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn of(features: &Features) -> Result<Self, EvalError> {
        let mut moments = Self::new(features.columns())?;
        let columns = features.columns();
        for block in features.data().chunks(BLOCK * columns) {
            let rows = block.len() / columns;
            moments.add(&Features::new(rows, columns, block.to_vec())?)?;
        }
        Ok(moments)
    }

    /// Adds a batch.
    ///
    /// # Errors
    /// If the batch has other dimensions.
    pub fn add(&mut self, batch: &Features) -> Result<(), EvalError> {
        let dimensions = self.dimensions();
        if batch.columns() != dimensions {
            return Err(EvalError::Sizes {
                first: dimensions,
                second: batch.columns(),
            });
        }
        if self.samples == 0 {
            self.shift = batch.mean();
        }
        for rows in batch.data().chunks(BATCH * dimensions) {
            let count = rows.len() / dimensions;
            let moved = Mat::from_fn(count, dimensions, |row, column| {
                f64::from(rows[row * dimensions + column]) - self.shift[column]
            });
            for (sum, column) in self.sums.iter_mut().zip(moved.col_iter()) {
                *sum += column.iter().sum::<f64>();
            }
            triangular::matmul(
                self.products.as_mut(),
                BlockStructure::TriangularLower,
                Accum::Add,
                moved.transpose(),
                BlockStructure::Rectangular,
                moved.as_ref(),
                BlockStructure::Rectangular,
                1.0,
                get_global_parallelism(),
            );
        }
        self.samples += batch.rows();
        Ok(())
    }

    /// How many samples were added.
    #[must_use]
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Dimensions of the feature space.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.sums.len()
    }

    /// The mean.
    #[must_use]
    pub fn mean(&self) -> Vec<f64> {
        let count = self.samples.max(1) as f64;
        let moved = self.sums.iter().map(|sum| sum / count);
        moved
            .zip(&self.shift)
            .map(|(mean, shift)| mean + shift)
            .collect()
    }

    /// The unbiased covariance (divided by n - 1, as `numpy.cov` does).
    pub(crate) fn covariance(&self) -> Mat<f64> {
        let count = self.samples as f64;
        let mut covariance = self.products.clone();
        for column in 0..self.dimensions() {
            for row in column..self.dimensions() {
                let centered =
                    covariance[(row, column)] - self.sums[row] * self.sums[column] / count;
                covariance[(row, column)] = centered / (count - 1.0);
                covariance[(column, row)] = covariance[(row, column)];
            }
        }
        covariance
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
    fn batches_add_up_to_the_whole() {
        let set = scattered(700, 3, 5);
        let whole = Moments::of(&set).unwrap();
        let mut parts = Moments::new(3).unwrap();
        for rows in [0..1, 1..600, 600..700] {
            let rows: Vec<usize> = rows.collect();
            parts.add(&set.select(&rows)).unwrap();
        }
        assert_eq!(parts.samples(), 700);
        let (one, other) = (whole.covariance(), parts.covariance());
        for row in 0..3 {
            assert!((whole.mean()[row] - parts.mean()[row]).abs() < 1e-14);
            for column in 0..3 {
                assert!((one[(row, column)] - other[(row, column)]).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn the_covariance_is_the_unbiased_one() {
        let set = Features::new(3, 2, vec![0.0, 1.0, 2.0, 5.0, 4.0, 3.0]).unwrap();
        let covariance = Moments::of(&set).unwrap().covariance();
        assert_eq!(covariance[(0, 0)], 4.0);
        assert_eq!(covariance[(0, 1)], 2.0);
        assert_eq!(covariance[(1, 0)], 2.0);
        assert_eq!(covariance[(1, 1)], 4.0);
    }

    #[test]
    fn a_mean_far_from_zero_costs_no_digits() {
        let data = vec![16_777_216.0, 16_777_218.0, 16_777_220.0];
        let moments = Moments::of(&Features::new(3, 1, data).unwrap()).unwrap();
        assert_eq!(moments.covariance()[(0, 0)], 4.0);
    }

    #[test]
    fn other_dimensions_and_too_many_are_refused() {
        let mut moments = Moments::new(3).unwrap();
        let refused = moments.add(&scattered(2, 4, 0)).unwrap_err();
        assert!(matches!(
            refused,
            EvalError::Sizes {
                first: 3,
                second: 4
            }
        ));
        let refused = Moments::new(12_288).unwrap_err();
        assert!(refused.to_string().contains("at most 4096 samples"));
    }
}
