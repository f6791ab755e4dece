//! Samples of digits: what they show, and how thick they are.

use std::error::Error;
use std::fmt;

use burn::tensor::{Device, Tensor, TensorData};
use ganforge_eval::spaces::{DigitClassifier, without_border};
use ganforge_infer::{Concept, Images, SampleOptions, Sampler};

/// Samples count as a digit from this probability on.
const CONFIDENCE: f32 = 0.9;

/// The classifier, which takes 28×28 pixels.
pub struct Digits {
    classifier: DigitClassifier,
    device: Device,
}

/// An image, as the classifier and a scale see it.
#[derive(Debug, Clone, Copy)]
pub struct Digit {
    /// The most likely digit.
    pub label: usize,
    /// Its probability.
    pub confidence: f32,
    /// Mean brightness, from 0 (black) to 1 (white): the stroke mass.
    pub ink: f64,
}

impl Digits {
    pub fn new(device: &Device) -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            classifier: DigitClassifier::shipped(device)?,
            device: device.clone(),
        })
    }

    /// The digits of images of 28×28 pixels, or of more with a border.
    pub fn look_at(&self, images: &Images) -> Result<Vec<Digit>, Box<dyn Error>> {
        let shape = images.spec();
        let dims = [images.count(), shape.channels, shape.height, shape.width];
        let data = TensorData::new(images.data().to_vec(), dims);
        let images = without_border(Tensor::from_data(data, &self.device));
        let classified = self.classifier.classify(images.clone())?;
        let probabilities: Vec<f32> = classified.probabilities.try_into_vec_as()?;
        let ink: Vec<f32> = ((images.mean_dims(&[1, 2, 3]) + 1.0) / 2.0).try_into_vec_as()?;
        let digits = probabilities.chunks_exact(10).zip(ink).map(|(row, ink)| {
            let best = (0..10).max_by(|&a, &b| row[a].total_cmp(&row[b]));
            let label = best.unwrap_or(0);
            Digit {
                label,
                confidence: row[label],
                ink: ink.into(),
            }
        });
        Ok(digits.collect())
    }
}

/// Samples of a model by kind, as indices of its samples.
pub struct Pool {
    ink: Vec<f64>,
    /// The fourth of the 3s with the most ink.
    pub thick_threes: Vec<u64>,
    /// The fourth of the 3s with the least ink.
    pub thin_threes: Vec<u64>,
    /// The fourth of the 7s with the least ink.
    pub thin_sevens: Vec<u64>,
    /// All samples that count as 7s.
    sevens: Vec<u64>,
}

impl Pool {
    /// Draws samples and sorts them.
    pub fn draw(
        sampler: &Sampler,
        digits: &Digits,
        count: usize,
        seed: u64,
    ) -> Result<Self, Box<dyn Error>> {
        let options = SampleOptions::new(count, seed);
        let mut seen = Vec::with_capacity(count);
        for images in sampler.batches(&options)? {
            seen.extend(digits.look_at(&images?)?);
        }
        let of = |label: usize| {
            let is_it =
                |&index: &usize| seen[index].label == label && seen[index].confidence >= CONFIDENCE;
            let mut indices: Vec<usize> = (0..seen.len()).filter(is_it).collect();
            indices.sort_by(|&a, &b| seen[a].ink.total_cmp(&seen[b].ink));
            indices
                .into_iter()
                .map(|index| index as u64)
                .collect::<Vec<_>>()
        };
        let (threes, sevens) = (of(3), of(7));
        Ok(Self {
            ink: seen.iter().map(|digit| digit.ink).collect(),
            thick_threes: threes[threes.len() - threes.len() / 4..].to_vec(),
            thin_threes: threes[..threes.len() / 4].to_vec(),
            thin_sevens: sevens[..sevens.len() / 4].to_vec(),
            sevens,
        })
    }

    /// The mean ink of the samples of a concept.
    pub fn ink(&self, concept: &Concept) -> f64 {
        self.mean(&concept.indices)
    }

    /// The difference in mean ink between thick and thin 3s.
    pub fn difference(&self) -> f64 {
        self.mean(&self.thick_threes) - self.mean(&self.thin_threes)
    }

    fn mean(&self, indices: &[u64]) -> f64 {
        let ink = indices
            .iter()
            .filter_map(|&index| self.ink.get(usize::try_from(index).ok()?));
        ink.sum::<f64>() / indices.len() as f64
    }
}

impl fmt::Display for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} samples; ink of {} thick 3s {:.4}, of {} thin 3s {:.4}: difference {:.4}; of {} thin 7s {:.4}, of all {} 7s {:.4}",
            self.ink.len(),
            self.thick_threes.len(),
            self.mean(&self.thick_threes),
            self.thin_threes.len(),
            self.mean(&self.thin_threes),
            self.difference(),
            self.thin_sevens.len(),
            self.mean(&self.thin_sevens),
            self.sevens.len(),
            self.mean(&self.sevens),
        )
    }
}
