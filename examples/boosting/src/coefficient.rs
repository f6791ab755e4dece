//! Stage 3: the coefficient of a feature.

/// The α in [0, 1] that maximises α · mean f(data) - log mean exp(α f(negatives)): the gain in log-likelihood, with the negatives as importance samples of
/// the old model. The objective is concave, so Newton's method finds it.
#[must_use]
pub fn coefficient(data: &[f64], negatives: &[f64]) -> f64 {
    let target = data.iter().sum::<f64>() / data.len() as f64;
    let mut alpha = 0.5;
    for _ in 0..50 {
        let (mean, variance) = tilted_moments(negatives, alpha);
        let next = (alpha + (target - mean) / (variance + 1e-9)).clamp(0.0, 1.0);
        let is_done = (next - alpha).abs() < 1e-12;
        alpha = next;
        if is_done {
            break;
        }
    }
    alpha
}

/// Mean and variance of `values` under weights proportional to exp(α value).
fn tilted_moments(values: &[f64], alpha: f64) -> (f64, f64) {
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (mut total, mut first, mut second) = (0.0, 0.0, 0.0);
    for value in values {
        let weight = (alpha * (value - most)).exp();
        total += weight;
        first += weight * value;
        second += weight * value * value;
    }
    let mean = first / total;
    (mean, (second / total - mean * mean).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gain(data: &[f64], negatives: &[f64], alpha: f64) -> f64 {
        let mean = data.iter().sum::<f64>() / data.len() as f64;
        let tilted: f64 = negatives.iter().map(|value| (alpha * value).exp()).sum();
        alpha * mean - (tilted / negatives.len() as f64).ln()
    }

    #[test]
    fn it_is_the_maximum_within_its_range() {
        let negatives = [0.1, 0.5, 0.9, 2.0, 0.3];
        for (data, inside) in [
            (vec![0.9, 1.0, 0.8], true),
            (vec![0.1, 0.1], false),
            (vec![1.9, 2.0], false),
        ] {
            let best = coefficient(&data, &negatives);
            let most = gain(&data, &negatives, best);
            for step in 0..=100 {
                assert!(gain(&data, &negatives, f64::from(step) / 100.0) <= most + 1e-12);
            }
            assert_eq!(best > 0.0 && best < 1.0, inside, "{best}");
        }
    }
}
