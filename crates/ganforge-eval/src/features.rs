//! Features of samples, the input of every metric.

use std::ops::Range;

use crate::error::EvalError;

/// A row-major matrix of features, all of them finite and within ±10¹⁵.
///
/// # Shapes
/// `[rows, columns]`: one row per sample, one column per dimension of the feature space.
///
/// ```
/// use ganforge_eval::Features;
///
/// let features = Features::new(2, 3, vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?;
/// assert_eq!(features.row(1), [4.0, 5.0, 6.0]);
///
/// let error = Features::new(1, 2, vec![0.0, f32::NAN]).unwrap_err();
/// assert!(error.to_string().starts_with("feature 1 of sample 0 is NaN"));
/// # Ok::<(), ganforge_eval::EvalError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    rows: usize,
    columns: usize,
    data: Vec<f32>,
}

/// The largest magnitude of a feature: squared distances over a million dimensions stay within single precision.
const LIMIT: f32 = 1e15;

impl Features {
    /// Takes `rows · columns` features, row-major.
    ///
    /// # Errors
    /// [`EvalError::Shape`] if there are no columns or the data do not fill the rows; [`EvalError::OutOfRange`] for a value that is not finite or beyond ±10¹⁵.
    pub fn new(rows: usize, columns: usize, data: Vec<f32>) -> Result<Self, EvalError> {
        if columns == 0 || rows.checked_mul(columns) != Some(data.len()) {
            let len = data.len();
            return Err(EvalError::Shape { rows, columns, len });
        }
        let fits = |value: &f32| value.abs() <= LIMIT;
        if let Some(at) = data.iter().position(|value| !fits(value)) {
            return Err(EvalError::OutOfRange {
                row: at / columns,
                column: at % columns,
                value: data[at],
                limit: LIMIT,
            });
        }
        Ok(Self {
            rows,
            columns,
            data,
        })
    }

    /// An empty set.
    pub(crate) fn empty(columns: usize) -> Self {
        Self {
            rows: 0,
            columns,
            data: Vec::new(),
        }
    }

    /// Appends samples.
    ///
    /// # Errors
    /// As [`new`](Self::new); nothing is appended then.
    pub(crate) fn append(&mut self, data: Vec<f32>) -> Result<(), EvalError> {
        let rows = data.len() / self.columns.max(1);
        let mut batch = Self::new(rows, self.columns, data).map_err(|error| match error {
            EvalError::OutOfRange {
                row,
                column,
                value,
                limit,
            } => EvalError::OutOfRange {
                row: self.rows + row,
                column,
                value,
                limit,
            },
            other => other,
        })?;
        self.rows += batch.rows;
        self.data.append(&mut batch.data);
        Ok(())
    }

    /// Number of samples.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of dimensions, at least 1.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// All features, row-major.
    #[must_use]
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    /// All features, row-major.
    pub(crate) fn into_data(self) -> Vec<f32> {
        self.data
    }

    /// The features of one sample.
    ///
    /// # Panics
    /// If `row` is out of range.
    #[must_use]
    pub fn row(&self, row: usize) -> &[f32] {
        &self.data[row * self.columns..][..self.columns]
    }

    /// Iterates over the samples.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.data.chunks_exact(self.columns)
    }

    /// The features of a range of samples.
    pub(crate) fn block(&self, rows: Range<usize>) -> &[f32] {
        &self.data[rows.start * self.columns..rows.end * self.columns]
    }

    /// The samples of the given indices, in that order.
    pub(crate) fn select(&self, rows: &[usize]) -> Self {
        Self {
            rows: rows.len(),
            columns: self.columns,
            data: rows
                .iter()
                .flat_map(|&row| self.row(row))
                .copied()
                .collect(),
        }
    }

    /// The mean sample.
    pub(crate) fn mean(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.columns];
        for row in self.iter() {
            for (sum, &value) in sums.iter_mut().zip(row) {
                *sum += f64::from(value);
            }
        }
        let count = self.rows.max(1) as f64;
        sums.iter().map(|sum| sum / count).collect()
    }

    /// Fails if there are fewer samples than `metric` needs.
    pub(crate) fn at_least(
        &self,
        needed: usize,
        metric: &'static str,
        what: &'static str,
    ) -> Result<(), EvalError> {
        if self.rows >= needed {
            return Ok(());
        }
        Err(EvalError::TooFew {
            metric,
            what,
            needed,
            count: self.rows,
        })
    }

    /// Fails if the sets differ in dimensions.
    pub(crate) fn same_space(&self, other: &Self) -> Result<(), EvalError> {
        if self.columns == other.columns {
            return Ok(());
        }
        Err(EvalError::Sizes {
            first: self.columns,
            second: other.columns,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_stored_in_order() {
        let features = Features::new(2, 3, vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap();
        assert_eq!(features.row(1), [4.0, 5.0, 6.0]);
        assert_eq!(features.select(&[1, 0]).row(0), [4.0, 5.0, 6.0]);
        assert_eq!(features.mean(), [2.5, 3.5, 4.5]);
    }

    #[test]
    fn data_that_do_not_fill_the_rows_are_refused() {
        for (rows, columns, len) in [(2, 3, 5), (0, 0, 0), (usize::MAX, 2, 4)] {
            let refused = Features::new(rows, columns, vec![0.0; len]).unwrap_err();
            let EvalError::Shape { len: found, .. } = refused else {
                panic!("{refused}")
            };
            assert_eq!(found, len);
        }
    }

    #[test]
    fn a_value_that_is_not_finite_or_too_large_is_refused_with_its_position() {
        for value in [f32::NAN, f32::INFINITY, -1e16] {
            let refused = Features::new(2, 2, vec![0.0, 0.0, value, 0.0]).unwrap_err();
            let text = refused.to_string();
            assert!(text.starts_with("feature 0 of sample 1 is "), "{text}");
        }
    }

    #[test]
    fn an_append_that_fails_adds_nothing() {
        let mut features = Features::empty(2);
        features.append(vec![1.0, 2.0]).unwrap();
        features.append(vec![3.0, 4.0, 5.0, 6.0]).unwrap();
        assert_eq!((features.rows(), features.row(2)), (3, &[5.0, 6.0][..]));
        let refused = features.append(vec![0.0, 0.0, 0.0, f32::NAN]).unwrap_err();
        assert!(refused.to_string().starts_with("feature 1 of sample 4"));
        assert!(features.append(vec![0.0; 3]).is_err());
        assert_eq!(features.rows(), 3);
    }

    #[test]
    fn an_empty_set_has_no_row() {
        let empty = Features::new(0, 4, Vec::new()).unwrap();
        assert_eq!((empty.rows(), empty.iter().len()), (0, 0));
    }
}
