//! A value with its uncertainty.

use serde::{Deserialize, Serialize};

/// The uncertainty of a value, in its own unit; a table prints it after ±.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spread {
    /// The standard error of the value.
    StandardError(f64),
    /// The standard deviation over parts of the samples, if the value is the mean of the parts. It is larger than the standard error of that mean.
    Deviation(f64),
}

/// A metric's value with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// Its uncertainty.
    pub spread: Spread,
}

impl Estimate {
    /// The mean and its standard error, from the biased variance (`ddof = 0`, as `numpy.std`).
    pub(crate) fn mean(values: &[f64]) -> Self {
        let (mean, squares) = moments(values);
        let count = values.len() as f64;
        Self {
            value: mean,
            spread: Spread::StandardError(squares.sqrt() / count),
        }
    }

    /// The mean over parts and their standard deviation (`ddof = 0`, as `numpy.std`).
    pub(crate) fn over_parts(values: &[f64]) -> Self {
        let (mean, squares) = moments(values);
        Self {
            value: mean,
            spread: Spread::Deviation((squares / values.len() as f64).sqrt()),
        }
    }
}

/// The mean and the sum of squared deviations from it.
fn moments(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, squares)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_error_of_a_mean_is_smaller_than_the_deviation_of_its_parts() {
        let values = [1.0, 2.0, 3.0, 6.0];
        let mean = Estimate::mean(&values);
        assert_eq!(mean.spread, Spread::StandardError(14.0_f64.sqrt() / 4.0));
        let parts = Estimate::over_parts(&values);
        assert_eq!(parts.spread, Spread::Deviation(3.5_f64.sqrt()));
        assert_eq!((mean.value, parts.value), (3.0, 3.0));
    }
}
