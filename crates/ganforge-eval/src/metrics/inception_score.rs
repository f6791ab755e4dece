//! The Inception score, for any classifier.
//!
//! T. Salimans, I. Goodfellow, W. Zaremba, V. Cheung, A. Radford, X. Chen, "Improved techniques for training GANs", 2016, section 4:
//! exp(E KL(p(y|x) ‖ p(y))), with p(y) the mean over the samples. It ranges from 1 to the number of classes and is high if every image has a definite class and
//! all classes occur. It uses no reference, and is of little value if the classifier was trained on other data.

use crate::error::EvalError;
use crate::estimate::Estimate;
use crate::features::Features;

/// The largest deviation of a row's sum from 1, which admits a softmax in half precision.
const TOLERANCE: f64 = 5e-3;

const NAME: &str = "the Inception score";

/// The mean score over `splits` consecutive parts of the samples, and its standard deviation over parts. The paper uses 10 parts of 5,000.
///
/// # Shapes
/// `probabilities`: `[samples, classes]`, every row sums to 1.
///
/// ```
/// use ganforge_eval::Features;
/// use ganforge_eval::metrics::inception_score;
///
/// // Certain predictions, evenly distributed over two classes.
/// let probabilities = Features::new(2, 2, vec![1.0, 0.0, 0.0, 1.0])?;
/// assert!((inception_score(&probabilities, 1)?.value - 2.0).abs() < 1e-9);
/// # Ok::<(), ganforge_eval::EvalError>(())
/// ```
///
/// # Errors
/// There are no splits, fewer samples than splits, or a row that is not a distribution.
pub fn inception_score(probabilities: &Features, splits: usize) -> Result<Estimate, EvalError> {
    if splits == 0 {
        return Err(EvalError::Parameter {
            metric: NAME,
            name: "number of splits",
            value: splits.to_string(),
            allowed: "1 or more",
        });
    }
    probabilities.at_least(splits, NAME, "samples (one for each split)")?;
    for (row, entries) in probabilities.iter().enumerate() {
        let sum: f64 = entries.iter().copied().map(f64::from).sum();
        if (sum - 1.0).abs() > TOLERANCE || entries.iter().any(|&entry| entry < 0.0) {
            return Err(EvalError::NotProbabilities { row, sum });
        }
    }
    let (count, classes) = (probabilities.rows(), probabilities.columns());
    let scores: Vec<f64> = (0..splits)
        .map(|split| {
            let rows = split * count / splits..(split + 1) * count / splits;
            score(probabilities.block(rows), classes)
        })
        .collect();
    Ok(Estimate::over_parts(&scores))
}

fn score(probabilities: &[f32], classes: usize) -> f64 {
    let count = (probabilities.len() / classes) as f64;
    let mut marginal = vec![0.0; classes];
    for row in probabilities.chunks_exact(classes) {
        for (mean, &entry) in marginal.iter_mut().zip(row) {
            *mean += f64::from(entry) / count;
        }
    }
    let divergence = |row: &[f32]| -> f64 {
        row.iter()
            .zip(&marginal)
            // p log p → 0 as p → 0.
            .filter(|&(&entry, _)| entry > 0.0)
            .map(|(&entry, mean)| f64::from(entry) * (f64::from(entry) / mean).ln())
            .sum()
    };
    let sum: f64 = probabilities.chunks_exact(classes).map(divergence).sum();
    (sum / count).exp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Spread;

    #[test]
    fn certain_and_uniform_predictions_score_the_number_of_classes() {
        let certain = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0].repeat(4);
        let found = inception_score(&Features::new(12, 3, certain).unwrap(), 4).unwrap();
        assert!((found.value - 3.0).abs() < 1e-12);
        assert!(matches!(found.spread, Spread::Deviation(deviation) if deviation < 1e-12));
    }

    #[test]
    fn uncertain_or_identical_predictions_score_one() {
        for row in [[0.5, 0.5], [1.0, 0.0]] {
            let found = inception_score(&Features::new(6, 2, row.repeat(6)).unwrap(), 2).unwrap();
            assert!((found.value - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn rows_that_are_not_distributions_are_refused() {
        let refused = |data: Vec<f32>, splits| {
            let rows = data.len() / 2;
            let features = Features::new(rows, 2, data).unwrap();
            inception_score(&features, splits).unwrap_err().to_string()
        };
        assert!(refused(vec![0.5, 0.5, 2.0, 3.0], 1).contains("row 1 is no distribution"));
        assert!(refused(vec![1.5, -0.5], 1).contains("row 0 is no distribution"));
        assert!(refused(vec![0.5, 0.5], 0).contains("number of splits is 0"));
        assert!(refused(vec![0.5, 0.5], 2).contains("at least 2 samples"));
    }
}
