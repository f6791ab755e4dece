//! Mode coverage for data with known modes: mixtures of Gaussians with known centers, and images with known classes.
//!
//! The protocol follows Z. Lin, A. Khetan, G. Fanti, S. Oh, "PacGAN: the power of two samples in generative adversarial networks", 2018, after
//! A. Srivastava et al., "VEEGAN", 2017.

use crate::error::EvalError;
use crate::features::Features;

/// Mode coverage of samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Modes {
    /// Modes with at least one sample; for a mixture, one of high quality.
    pub found: usize,
    /// Number of modes of the data.
    pub of: usize,
    /// Fraction of samples that belong to a mode. Read it together with `found`: a model may reach every mode with a tenth of its mass.
    pub high_quality: f64,
    /// The reverse Kullback-Leibler divergence KL(samples ‖ reference) of the distributions over modes, in nats. `None` if no sample belongs to a mode, infinite if
    /// a sample belongs to a mode that the reference lacks.
    pub reverse_kl: Option<f64>,
}

/// A sample of high quality lies within this many standard deviations of a mode.
pub const HIGH_QUALITY_DEVIATIONS: f64 = 3.0;

/// Mode coverage for a mixture of equally weighted isotropic Gaussians of standard deviation `sigma`.
///
/// A sample is of high quality within three standard deviations of the nearest center. Only such samples count for a mode and for the divergence from the
/// uniform distribution.
///
/// ```
/// use ganforge_eval::Features;
/// use ganforge_eval::metrics::mixture_modes;
///
/// let centers = Features::new(2, 2, vec![0.0, 0.0, 1.0, 1.0])?;
/// let samples = Features::new(4, 2, vec![0.1, 0.0, 0.0, 0.2, 0.0, 0.0, 9.0, 9.0])?;
/// let modes = mixture_modes(&samples, &centers, 0.1)?;
/// assert_eq!((modes.found, modes.of, modes.high_quality), (1, 2, 0.75));
/// # Ok::<(), ganforge_eval::EvalError>(())
/// ```
///
/// # Errors
/// The dimensions differ, there are no samples or centers, or `sigma` is not above 0.
pub fn mixture_modes(
    samples: &Features,
    centers: &Features,
    sigma: f64,
) -> Result<Modes, EvalError> {
    samples.same_space(centers)?;
    samples.at_least(1, "mode coverage", "samples")?;
    centers.at_least(1, "mode coverage", "centers")?;
    if !(sigma.is_finite() && sigma > 0.0) {
        return Err(EvalError::Parameter {
            metric: "mode coverage",
            name: "deviation of a mode",
            value: sigma.to_string(),
            allowed: "above 0",
        });
    }
    let mut counts = vec![0; centers.rows()];
    for sample in samples.iter() {
        if let Some((mode, distance)) = nearest_mode(sample, centers)
            && distance <= HIGH_QUALITY_DEVIATIONS * sigma
        {
            counts[mode] += 1;
        }
    }
    let uniform = vec![1.0 / counts.len() as f64; counts.len()];
    Ok(summary(&counts, samples.rows(), &uniform))
}

/// The center that is nearest to a sample, and its Euclidean distance; `None` without centers, and for a sample that is not finite.
#[must_use]
pub fn nearest_mode(sample: &[f32], centers: &Features) -> Option<(usize, f64)> {
    let squared = centers
        .iter()
        .map(|center| squared_distance(sample, center))
        .enumerate()
        .filter(|(_, squared)| squared.is_finite());
    let nearest = squared.min_by(|(_, a), (_, b)| a.total_cmp(b));
    nearest.map(|(mode, squared)| (mode, squared.sqrt()))
}

/// Mode coverage for modes that are classes: `samples` holds the class of every sample.
///
/// The divergence is from the class distribution of `reference`, the classes of real images, or from the uniform distribution without it.
///
/// # Errors
/// There are no samples or no reference samples, or a class is not below `classes`.
pub fn class_modes(
    samples: &[usize],
    classes: usize,
    reference: Option<&[usize]>,
) -> Result<Modes, EvalError> {
    let counts = histogram(samples, classes, "samples")?;
    let shares = match reference {
        None => vec![1.0 / classes as f64; classes],
        Some(reference) => {
            let counts = histogram(reference, classes, "reference samples")?;
            let total = reference.len() as f64;
            counts.iter().map(|&count| count as f64 / total).collect()
        }
    };
    Ok(summary(&counts, samples.len(), &shares))
}

/// The mode of every stacked image, 0 to 999, from the digits of its three channels: 100 · red + 10 · green + blue.
///
/// # Errors
/// The lists differ in length, or an entry is not a digit.
pub fn stacked_digits(
    red: &[usize],
    green: &[usize],
    blue: &[usize],
) -> Result<Vec<usize>, EvalError> {
    for other in [green, blue] {
        if other.len() != red.len() {
            return Err(EvalError::Lengths {
                what: "the digits of the channels",
                first: red.len(),
                second: other.len(),
            });
        }
    }
    for channel in [red, green, blue] {
        histogram_checked(channel, 10)?;
    }
    let channels = red.iter().zip(green).zip(blue);
    Ok(channels
        .map(|((red, green), blue)| 100 * red + 10 * green + blue)
        .collect())
}

fn histogram(
    samples: &[usize],
    classes: usize,
    what: &'static str,
) -> Result<Vec<usize>, EvalError> {
    if samples.is_empty() {
        return Err(EvalError::TooFew {
            metric: "mode coverage",
            what,
            needed: 1,
            count: 0,
        });
    }
    histogram_checked(samples, classes)
}

fn histogram_checked(samples: &[usize], classes: usize) -> Result<Vec<usize>, EvalError> {
    let mut counts = vec![0; classes];
    for (row, &class) in samples.iter().enumerate() {
        *counts.get_mut(class).ok_or(EvalError::Class {
            row,
            class,
            classes,
        })? += 1;
    }
    Ok(counts)
}

fn summary(counts: &[usize], samples: usize, reference: &[f64]) -> Modes {
    let good: usize = counts.iter().sum();
    let terms = counts
        .iter()
        .zip(reference)
        .filter(|&(&count, _)| count > 0);
    let divergence = terms
        .map(|(&count, reference)| {
            let share = count as f64 / good as f64;
            share * (share / reference).ln()
        })
        .sum();
    Modes {
        found: counts.iter().filter(|&&count| count > 0).count(),
        of: counts.len(),
        high_quality: good as f64 / samples as f64,
        reverse_kl: (good > 0).then_some(divergence),
    }
}

fn squared_distance(first: &[f32], second: &[f32]) -> f64 {
    let pairs = first.iter().zip(second);
    pairs
        .map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(data: &[f32]) -> Features {
        Features::new(data.len() / 2, 2, data.to_vec()).unwrap()
    }

    #[test]
    fn samples_far_from_every_mode_do_not_count() {
        let centers = points(&[0.0, 0.0, 4.0, 0.0, 0.0, 4.0, 4.0, 4.0]);
        // Two at the first mode, one near the second, one just outside the third, one far from all.
        let samples = points(&[0.0, 0.0, 0.1, 0.1, 4.0, 0.29, 0.0, 4.31, 2.0, 2.0]);
        let found = mixture_modes(&samples, &centers, 0.1).unwrap();
        assert_eq!((found.found, found.of, found.high_quality), (2, 4, 0.6));
        let exact = 2.0 / 3.0 * (8.0_f64 / 3.0).ln() + 1.0 / 3.0 * (4.0_f64 / 3.0).ln();
        assert!((found.reverse_kl.unwrap() - exact).abs() < 1e-12);
    }

    #[test]
    fn without_a_sample_of_high_quality_there_is_no_divergence() {
        let found = mixture_modes(&points(&[9.0, 9.0]), &points(&[0.0, 0.0]), 1.0).unwrap();
        assert_eq!(
            (found.found, found.high_quality, found.reverse_kl),
            (0, 0.0, None)
        );
    }

    #[test]
    fn uniform_classes_have_no_divergence_and_a_single_class_has_the_logarithm_of_their_number() {
        let even = class_modes(&[0, 1, 2, 3], 4, None).unwrap();
        assert_eq!((even.found, even.reverse_kl), (4, Some(0.0)));
        let one = class_modes(&[2; 9], 4, None).unwrap();
        assert_eq!(one.found, 1);
        assert!((one.reverse_kl.unwrap() - 4_f64.ln()).abs() < 1e-12);
        let unseen = class_modes(&[1, 3], 4, Some(&[1, 2])).unwrap();
        assert_eq!((unseen.found, unseen.reverse_kl), (2, Some(f64::INFINITY)));
        let matched = class_modes(&[0, 0, 1], 4, Some(&[0, 1, 0, 0, 0, 1])).unwrap();
        assert!(matched.reverse_kl.unwrap().abs() < 1e-12);
    }

    #[test]
    fn stacked_digits_are_numbers_of_three_digits() {
        let modes = stacked_digits(&[0, 9, 1], &[0, 9, 2], &[7, 9, 3]).unwrap();
        assert_eq!(modes, [7, 999, 123]);
    }

    #[test]
    fn invalid_input_is_refused() {
        let text = |error: EvalError| error.to_string();
        let set = points(&[0.0, 0.0]);
        let none = Features::new(0, 2, Vec::new()).unwrap();
        assert!(text(mixture_modes(&none, &set, 1.0).unwrap_err()).contains("at least 1 samples"));
        assert!(text(mixture_modes(&set, &none, 1.0).unwrap_err()).contains("at least 1 centers"));
        assert!(text(mixture_modes(&set, &set, 0.0).unwrap_err()).contains("above 0"));
        let flat = Features::new(1, 1, vec![0.0]).unwrap();
        assert!(text(mixture_modes(&set, &flat, 1.0).unwrap_err()).contains("same feature space"));
        assert!(text(class_modes(&[], 4, None).unwrap_err()).contains("at least 1 samples"));
        assert!(text(class_modes(&[0], 4, Some(&[])).unwrap_err()).contains("reference samples"));
        assert!(
            text(class_modes(&[1, 4], 4, None).unwrap_err()).contains("sample 1 is of class 4")
        );
        assert!(
            text(stacked_digits(&[1], &[1, 2], &[1]).unwrap_err()).contains("there are 1 and 2")
        );
        assert!(text(stacked_digits(&[1], &[10], &[1]).unwrap_err()).contains("of class 10"));
    }
}
