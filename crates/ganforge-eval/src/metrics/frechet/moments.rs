//! Mean and covariance, accumulated batch by batch.

use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::{Accum, Mat, get_global_parallelism};

use crate::error::EvalError;
use crate::features::Features;

/// Mean and covariance of a set of samples, accumulated batch by batch in double precision.
///
/// The memory is one matrix of dimensions × dimensions for any number of samples: 32 MiB for 2,048 dimensions. Order and size of the batches change the result
/// only by rounding.
#[derive(Debug, Clone)]
pub struct Moments {
    samples: usize,
    /// Subtracted from samples before products are formed, so that a mean far from 0 does not cause cancellation.
    shift: Vec<f64>,
    sums: Vec<f64>,
    /// The lower triangle of the sum of outer products of shifted samples.
    products: Mat<f64>,
}

/// The largest number of dimensions: two covariances and a decomposition fit into 2 GiB.
pub(crate) const LARGEST: usize = 4096;

/// Samples per accumulated block. Fixed, so that the sums do not depend on how many samples are in memory.
pub(crate) const BLOCK: usize = 4096;

/// Samples converted to double precision at a time.
const BATCH: usize = 512;

impl Moments {
    /// The moments of an empty set.
    ///
    /// # Errors
    /// [`EvalError::TooLarge`] for more than 4,096 dimensions.
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

    /// Whether moments of so many dimensions fit into memory.
    pub(crate) fn admit(dimensions: usize) -> bool {
        dimensions <= LARGEST
    }

    /// The moments of a set.
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
    /// [`EvalError::Sizes`] if the batch has other dimensions.
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
            let shifted = Mat::from_fn(count, dimensions, |row, column| {
                f64::from(rows[row * dimensions + column]) - self.shift[column]
            });
            for (sum, column) in self.sums.iter_mut().zip(shifted.col_iter()) {
                *sum += column.iter().sum::<f64>();
            }
            triangular::matmul(
                self.products.as_mut(),
                BlockStructure::TriangularLower,
                Accum::Add,
                shifted.transpose(),
                BlockStructure::Rectangular,
                shifted.as_ref(),
                BlockStructure::Rectangular,
                1.0,
                get_global_parallelism(),
            );
        }
        self.samples += batch.rows();
        Ok(())
    }

    /// Number of samples added.
    #[must_use]
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Number of dimensions.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.sums.len()
    }

    /// The mean.
    #[must_use]
    pub fn mean(&self) -> Vec<f64> {
        let count = self.samples.max(1) as f64;
        let shifted = self.sums.iter().map(|sum| sum / count);
        shifted
            .zip(&self.shift)
            .map(|(mean, shift)| mean + shift)
            .collect()
    }

    /// The unbiased covariance (divided by n - 1, as `numpy.cov`).
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
    fn batches_accumulate_to_the_moments_of_the_set() {
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
    fn the_covariance_is_unbiased() {
        let set = Features::new(3, 2, vec![0.0, 1.0, 2.0, 5.0, 4.0, 3.0]).unwrap();
        let covariance = Moments::of(&set).unwrap().covariance();
        assert_eq!(covariance[(0, 0)], 4.0);
        assert_eq!(covariance[(0, 1)], 2.0);
        assert_eq!(covariance[(1, 0)], 2.0);
        assert_eq!(covariance[(1, 1)], 4.0);
    }

    #[test]
    fn a_mean_far_from_zero_does_not_cancel() {
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
