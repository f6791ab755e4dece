//! Translations against the images that they should be.

use ganforge_model::ImageShape;

use crate::images::Images;

/// Images among which the true translation is searched at most.
const CANDIDATES: usize = 1000;

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
/// assert_eq!(accuracy.rmse(), 0.25);
/// // Each is nearest to its own truth.
/// assert_eq!(accuracy.retrieval(1), 1.0);
/// # Ok::<(), ganforge_infer::InferError>(())
/// ```
#[derive(Debug, Clone)]
pub struct TranslationAccuracy {
    image: ImageShape,
    squares: f64,
    values: u64,
    translated: Vec<f32>,
    truth: Vec<f32>,
}

impl TranslationAccuracy {
    /// Without images yet.
    #[must_use]
    pub fn new(image: ImageShape) -> Self {
        Self {
            image,
            squares: 0.0,
            values: 0,
            translated: Vec::new(),
            truth: Vec::new(),
        }
    }

    /// Adds translations with the images that they should be, in the same order.
    pub fn add(&mut self, translated: &Images, truth: &Images) {
        for (found, expected) in translated.iter().zip(truth) {
            self.squares += distance(found, expected);
            self.values += found.len() as u64;
            if self.candidates() < CANDIDATES {
                self.translated.extend(found);
                self.truth.extend(expected);
            }
        }
    }

    /// Root mean squared difference of values.
    #[must_use]
    pub fn rmse(&self) -> f64 {
        (self.squares / self.values as f64).sqrt()
    }

    /// Peak signal-to-noise ratio in dB of pixels with a range of 2, from the mean over all images of their squared error.
    #[must_use]
    pub fn psnr(&self) -> f64 {
        20.0 * (2.0 / self.rmse()).log10()
    }

    /// Number of images among which [`retrieval`](Self::retrieval) searches: the first 1,000.
    #[must_use]
    pub fn candidates(&self) -> usize {
        self.truth.len() / self.image.values()
    }

    /// The share of translations whose own truth is among the `nearest` truths, by the squared difference of values.
    #[must_use]
    pub fn retrieval(&self, nearest: usize) -> f64 {
        let values = self.image.values();
        let truths = || self.truth.chunks_exact(values);
        let found = self.translated.chunks_exact(values).zip(truths());
        let found = found.filter(|(translated, own)| {
            let limit = distance(translated, own);
            let nearer = truths().filter(|truth| distance(translated, truth) < limit);
            nearer.count() < nearest
        });
        found.count() as f64 / self.candidates() as f64
    }
}

fn distance(one: &[f32], other: &[f32]) -> f64 {
    let pairs = one.iter().zip(other);
    pairs.map(|(a, b)| f64::from(a - b).powi(2)).sum()
}
