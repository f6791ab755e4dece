//! A value and how far it may be off.

use serde::{Deserialize, Serialize};

/// How far a value may be off, in its own unit: what stands behind the ± of a table.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spread {
    /// The standard error of the value.
    StandardError(f64),
    /// The standard deviation over parts of the samples whose mean the value is: wider than the error of that mean.
    Deviation(f64),
}

/// A metric's value with its spread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// How far it may be off.
    pub spread: Spread,
}

impl Estimate {
    /// The mean, and its standard error by the values' variance (divided by their number, as `numpy.std` does).
    pub(crate) fn mean(values: &[f64]) -> Self {
        let (mean, squares) = moments(values);
        let count = values.len() as f64;
        Self {
            value: mean,
            spread: Spread::StandardError(squares.sqrt() / count),
        }
    }

    /// The mean over parts, and the deviation of the parts (divided by their number, as `numpy.std` does).
    pub(crate) fn over_parts(values: &[f64]) -> Self {
        let (mean, squares) = moments(values);
        Self {
            value: mean,
            spread: Spread::Deviation((squares / values.len() as f64).sqrt()),
        }
    }
}

/// The mean, and the sum of squared distances from it.
fn moments(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, squares)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_errs_less_than_its_parts_deviate() {
        let values = [1.0, 2.0, 3.0, 6.0];
        let mean = Estimate::mean(&values);
        assert_eq!(mean.spread, Spread::StandardError(14.0_f64.sqrt() / 4.0));
        let parts = Estimate::over_parts(&values);
        assert_eq!(parts.spread, Spread::Deviation(3.5_f64.sqrt()));
        assert_eq!((mean.value, parts.value), (3.0, 3.0));
    }
}
