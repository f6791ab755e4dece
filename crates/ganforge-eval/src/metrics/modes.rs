//! Modes that can be counted: mixtures of Gaussians whose centres are known, and images whose classes are.
//!
//! The protocol is that of Z. Lin, A. Khetan, G. Fanti, S. Oh, "PacGAN: the power of two samples in generative adversarial networks", 2018, after
//! A. Srivastava et al., "VEEGAN", 2017.

use crate::error::EvalError;
use crate::features::Features;

/// How many modes samples found, and how evenly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Modes {
    /// Modes with at least one sample (of high quality, for a mixture).
    pub found: usize,
    /// Modes there are.
    pub of: usize,
    /// Share of samples that belong to a mode. Read it beside `found`: a model can touch every mode with a tenth of its mass.
    pub high_quality: f64,
    /// The reverse Kullback-Leibler divergence, in nats: of the samples' shares of the modes from the reference's. None where no sample
    /// belongs to a mode, infinite where one belongs to a mode that the reference lacks.
    pub reverse_kl: Option<f64>,
}

/// How many standard deviations from its mode a sample of high quality may be.
pub const HIGH_QUALITY_DEVIATIONS: f64 = 3.0;

/// Modes of a mixture of equally weighted Gaussians of deviation `sigma` in every direction.
///
/// A sample is of high quality within three deviations of the nearest centre; only such samples count for a mode, and for the divergence from
/// uniform shares.
///
/// # Errors
/// If dimensions differ, there are no samples or centres, or the deviation is not above 0.
pub fn mixture_modes(
    samples: &Features,
    centers: &Features,
    sigma: f64,
) -> Result<Modes, EvalError> {
    samples.same_space(centers)?;
    samples.at_least(1, "mode coverage", "samples")?;
    centers.at_least(1, "mode coverage", "centres")?;
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
        let squared = centers
            .iter()
            .map(|center| squared_distance(sample, center));
        let (mode, nearest) = squared.enumerate().fold((0, f64::INFINITY), |best, next| {
            if next.1 < best.1 { next } else { best }
        });
        if nearest.sqrt() <= HIGH_QUALITY_DEVIATIONS * sigma {
            counts[mode] += 1;
        }
    }
    let uniform = vec![1.0 / counts.len() as f64; counts.len()];
    Ok(summary(&counts, samples.rows(), &uniform))
}

/// Modes that are classes, such as those a classifier sees: every sample belongs to one.
///
/// The divergence is from the shares of `reference`, the classes of real images, or from uniform shares without it.
///
/// # Errors
/// If there are no samples or no reference samples, or a class is not below `classes`.
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

/// The mode of every stacked image, 0 to 999, from the digits in its three channels.
///
/// # Errors
/// If the lists differ in length, or an entry is no digit.
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
    fn samples_far_from_every_mode_count_for_none() {
        let centers = points(&[0.0, 0.0, 4.0, 0.0, 0.0, 4.0, 4.0, 4.0]);
        // Two at the first mode, one near the second, one just too far from the third, one nowhere.
        let samples = points(&[0.0, 0.0, 0.1, 0.1, 4.0, 0.29, 0.0, 4.31, 2.0, 2.0]);
        let found = mixture_modes(&samples, &centers, 0.1).unwrap();
        assert_eq!((found.found, found.of, found.high_quality), (2, 4, 0.6));
        let exact = 2.0 / 3.0 * (8.0_f64 / 3.0).ln() + 1.0 / 3.0 * (4.0_f64 / 3.0).ln();
        assert!((found.reverse_kl.unwrap() - exact).abs() < 1e-12);
    }

    #[test]
    fn without_a_good_sample_there_is_no_divergence() {
        let found = mixture_modes(&points(&[9.0, 9.0]), &points(&[0.0, 0.0]), 1.0).unwrap();
        assert_eq!(
            (found.found, found.high_quality, found.reverse_kl),
            (0, 0.0, None)
        );
    }

    #[test]
    fn even_classes_do_not_diverge_and_one_class_does_by_its_logarithm() {
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
    fn stacked_digits_are_read_as_a_number_of_three_digits() {
        let modes = stacked_digits(&[0, 9, 1], &[0, 9, 2], &[7, 9, 3]).unwrap();
        assert_eq!(modes, [7, 999, 123]);
    }

    #[test]
    fn what_cannot_be_counted_is_refused() {
        let text = |error: EvalError| error.to_string();
        let set = points(&[0.0, 0.0]);
        let none = Features::new(0, 2, Vec::new()).unwrap();
        assert!(text(mixture_modes(&none, &set, 1.0).unwrap_err()).contains("at least 1 samples"));
        assert!(text(mixture_modes(&set, &none, 1.0).unwrap_err()).contains("at least 1 centres"));
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
