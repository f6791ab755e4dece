//! Translations against the images that they should be.

use ganforge_model::ImageShape;

use crate::images::Images;

/// Images among which the true translation is searched at most.
const CANDIDATES: usize = 1000;

/// The sum of squared differences of the values of images from those that they should have.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SquaredError {
    sum: f64,
    values: u64,
}

impl SquaredError {
    /// Adds images with those that they should be, in the same order.
    pub fn add(&mut self, images: &Images, expected: &Images) {
        for (image, expected) in images.iter().zip(expected) {
            self.sum += distance(image, expected);
            self.values += image.len() as u64;
        }
    }

    /// Root mean squared difference of values; not finite without images.
    #[must_use]
    pub fn rmse(&self) -> f64 {
        (self.sum / self.values as f64).sqrt()
    }

    /// Peak signal-to-noise ratio in dB of pixels with a range of 2, from the mean over all images of their squared error.
    #[must_use]
    pub fn psnr(&self) -> f64 {
        20.0 * (2.0 / self.rmse()).log10()
    }
}

/// The errors of translated images whose true translations are known.
///
/// ```
/// use ganforge_infer::{Images, TranslationAccuracy};
/// use ganforge_model::ImageShape;
///
/// let image = ImageShape { channels: 1, height: 1, width: 2 };
/// let truth = Images::new(image, vec![1.0, 0.0, 0.0, 1.0])?;
/// let translated = Images::new(image, vec![0.5, 0.0, 0.0, 1.0])?;
/// let mut accuracy = TranslationAccuracy::new(image);
/// accuracy.add(&translated, &truth);
/// // One of four values differs by a half.
/// assert_eq!(accuracy.error().rmse(), 0.25);
/// // Each is nearest to its own truth.
/// assert!(accuracy.ranks().eq([Some(0), Some(0)]));
/// # Ok::<(), ganforge_infer::InferError>(())
/// ```
#[derive(Debug, Clone)]
pub struct TranslationAccuracy {
    image: ImageShape,
    error: SquaredError,
    translated: Vec<f32>,
    truth: Vec<f32>,
}

impl TranslationAccuracy {
    /// Without images yet.
    #[must_use]
    pub fn new(image: ImageShape) -> Self {
        Self {
            image,
            error: SquaredError::default(),
            translated: Vec::new(),
            truth: Vec::new(),
        }
    }

    /// Adds translations with the images that they should be, in the same order.
    pub fn add(&mut self, translated: &Images, truth: &Images) {
        self.error.add(translated, truth);
        let left = CANDIDATES - self.candidates();
        for (translated, truth) in translated.iter().zip(truth).take(left) {
            self.translated.extend(translated);
            self.truth.extend(truth);
        }
    }

    /// The error of all translations.
    #[must_use]
    pub fn error(&self) -> SquaredError {
        self.error
    }

    /// Number of images among which [`ranks`](Self::ranks) are counted: the first 1,000.
    #[must_use]
    pub fn candidates(&self) -> usize {
        self.truth.len() / self.image.values()
    }

    /// For each of the first 1,000 translations, the number of other truths that are nearer to it than its own, by the squared
    /// difference of values. Truths at the same distance do not count. `None` for a translation or truth with a value that is not
    /// finite, which is near nothing. Each rank is computed when it is asked for.
    pub fn ranks(&self) -> impl Iterator<Item = Option<usize>> + '_ {
        let values = self.image.values();
        let truths = move || self.truth.chunks_exact(values);
        let pairs = self.translated.chunks_exact(values).zip(truths());
        pairs.map(move |(translated, own)| {
            let limit = distance(translated, own);
            let nearer = truths().filter(|truth| distance(translated, truth) < limit);
            limit.is_finite().then(|| nearer.count())
        })
    }
}

fn distance(one: &[f32], other: &[f32]) -> f64 {
    let pairs = one.iter().zip(other);
    pairs.map(|(a, b)| f64::from(a - b).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIXEL: ImageShape = ImageShape {
        channels: 1,
        height: 1,
        width: 1,
    };

    fn accuracy(translated: &[f32], truth: &[f32]) -> TranslationAccuracy {
        let images = |values: &[f32]| Images::new(PIXEL, values.to_vec()).unwrap();
        let mut accuracy = TranslationAccuracy::new(PIXEL);
        accuracy.add(&images(translated), &images(truth));
        accuracy
    }

    fn ranks(translated: &[f32], truth: &[f32]) -> Vec<Option<usize>> {
        accuracy(translated, truth).ranks().collect()
    }

    #[test]
    fn the_signal_to_noise_ratio_is_that_of_a_range_of_two() {
        // Squared errors 0.04 and 0: mean 0.02, and 10 · log10(4 / 0.02).
        let error = accuracy(&[0.2, 1.0], &[0.0, 1.0]).error();
        assert!((error.rmse() - 0.02_f64.sqrt()).abs() < 1e-8);
        assert!((error.psnr() - 23.010_299_957).abs() < 1e-6);
        assert!(SquaredError::default().rmse().is_nan());
    }

    #[test]
    fn a_rank_is_the_number_of_truths_that_are_nearer() {
        // The first translation lies at the other end of seven truths, the last one at its own.
        let truth = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let translated = [6.0, 5.0, 4.0, 3.0, 2.2, 1.0, 6.0];
        let expected = [6, 5, 3, 0, 3, 5, 0].map(Some);
        assert_eq!(ranks(&translated, &truth), expected);
    }

    #[test]
    fn truths_at_the_same_distance_do_not_count() {
        // The first lies between two truths; the truths of the others are equal.
        assert_eq!(
            ranks(&[0.5, 7.0, 7.0], &[0.0, 1.0, 1.0]),
            [Some(0), Some(0), Some(0)]
        );
    }

    #[test]
    fn values_that_are_not_finite_are_not_found() {
        let found = ranks(
            &[f32::NAN, f32::INFINITY, 2.0, 3.0],
            &[0.0, 1.0, 2.0, f32::NAN],
        );
        assert_eq!(found, [None, None, Some(0), None]);
    }

    #[test]
    fn a_thousand_truths_are_searched_and_all_errors_are_counted() {
        let numbers: Vec<f32> = (0..1200_u16).map(f32::from).collect();
        let mut accuracy = accuracy(&numbers[..900], &numbers[..900]);
        let rest = Images::new(PIXEL, numbers[900..].to_vec()).unwrap();
        let zeros = Images::new(PIXEL, vec![0.0; 300]).unwrap();
        accuracy.add(&rest, &zeros);
        assert_eq!(
            (accuracy.candidates(), accuracy.ranks().count()),
            (1000, 1000)
        );
        let squares: f64 = (900..1200).map(|number| f64::from(number * number)).sum();
        assert!((accuracy.error().rmse() - (squares / 1200.0).sqrt()).abs() < 1e-6);
    }
}
