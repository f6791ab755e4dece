//! How well an encoder and a generator invert each other: reconstructions G(E(x)) of images, encodings of generated images
//! E(G(z)), and the moments of E(x).
//!
//! The ratio is that of the code of BiGAN (Donahue et al. 2017), `EGr / EGr_b`: the mean distance of a reconstruction from its image
//! over its mean distance from another image, which is 1 where nothing was learnt. Classification of encodings by nearest neighbours
//! proves little, because it is as good with an untrained encoder.

use std::ops::Range;

use burn::tensor::{Device, Tensor, TensorData};
use ganforge_core::{keyed_rng, permutation};
use ganforge_data::Dataset;
use ganforge_eval::spaces::{DigitClassifier, without_border};
use ganforge_infer::{CodeNoise, Encoder, Images, Vectors};

use crate::error::MeasureError;

/// Images per batch.
const BATCH: usize = 256;

/// Latents of the inverse check, at most.
const LATENTS: usize = 10_000;

/// What to measure on how many images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReconstructionOptions {
    /// Number of images, from the first; all of a smaller dataset.
    pub count: usize,
    /// Seed of the latents, and of the choice of other images.
    pub seed: u64,
    /// Seed of the noise of a stochastic encoder; without it, the noise is 0.
    pub noise: Option<u64>,
    /// Whether digits are classified, which takes longer than the rest.
    pub classes: bool,
}

impl Default for ReconstructionOptions {
    /// All images, seed 0, without noise, with classes.
    fn default() -> Self {
        Self {
            count: usize::MAX,
            seed: 0,
            noise: None,
            classes: true,
        }
    }
}

/// Figures of an encoder and a generator. Distances are Euclidean; pixels are in [0, 1], points in their own coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reconstruction {
    /// Number of images.
    pub images: usize,
    /// Mean distance of an image from its reconstruction.
    pub error: f64,
    /// Mean distance of another image from that reconstruction.
    pub other_error: f64,
    /// Mean distance of a latent from the encoding of its generated image.
    pub inverse_error: f64,
    /// Mean distance of another latent from that encoding.
    pub other_inverse_error: f64,
    /// Root mean square, over coordinates, of the distance of the mean of the encodings from that of the latents; in standard
    /// deviations of the latents.
    pub latent_mean: f64,
    /// Mean, over coordinates, of the variance of the encodings; in variances of the latents, whose own is 1.
    pub latent_variance: f64,
    /// Share of the reconstructions that the digit classifier puts into the class of their images; `None` for data other than
    /// digits.
    pub class_agreement: Option<f64>,
}

impl Reconstruction {
    /// The names of [`metrics`](Self::metrics).
    pub const METRICS: [&'static str; 4] = [
        "reconstruction_ratio",
        "inverse_ratio",
        "latent_mean",
        "latent_variance",
    ];

    /// Measures an encoder on the first images of a dataset.
    ///
    /// # Errors
    /// Fewer than two images, data that cannot be read, an encoder for images of another shape, or a device that fails.
    pub fn measure(
        encoder: &Encoder,
        dataset: &Dataset,
        options: &ReconstructionOptions,
    ) -> Result<Self, MeasureError> {
        let mut reconstructions = Reconstructions::new(encoder, dataset, options)?;
        while reconstructions.next()?.is_some() {}
        Ok(reconstructions.finish())
    }

    /// `error` over `other_error`: 0 for perfect reconstructions, 1 where nothing was learnt.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.error / self.other_error
    }

    /// `inverse_error` over `other_inverse_error`.
    #[must_use]
    pub fn inverse_ratio(&self) -> f64 {
        self.inverse_error / self.other_inverse_error
    }

    /// The values that training reports, in the order of [`METRICS`](Self::METRICS).
    #[must_use]
    pub fn metrics(&self) -> [f64; 4] {
        [
            self.ratio(),
            self.inverse_ratio(),
            self.latent_mean,
            self.latent_variance,
        ]
    }
}

/// Images with their reconstructions.
#[derive(Debug, Clone)]
pub struct Reconstructed {
    /// Images of the dataset.
    pub images: Images,
    /// Their reconstructions, in the same order.
    pub reconstructions: Images,
}

/// Reconstructs a dataset batch by batch, in its order, and sums up the figures.
pub struct Reconstructions<'a> {
    encoder: &'a Encoder,
    dataset: &'a Dataset,
    noise: Option<u64>,
    /// For each image, the index of another one.
    others: Vec<usize>,
    /// Latents of the inverse check, one for each of the first images.
    latents: Vectors,
    done: usize,
    error: f64,
    other_error: f64,
    inverse_error: f64,
    other_inverse_error: f64,
    moments: Moments,
    classes: Option<Classes>,
}

impl<'a> Reconstructions<'a> {
    /// Starts at the first image.
    ///
    /// # Errors
    /// Fewer than two images, latents without coordinates, or a damaged digit classifier.
    pub fn new(
        encoder: &'a Encoder,
        dataset: &'a Dataset,
        options: &ReconstructionOptions,
    ) -> Result<Self, MeasureError> {
        let count = dataset.len().min(options.count);
        if count < 2 {
            return Err(MeasureError::OneImage { images: count });
        }
        let spec = encoder.signature().latent;
        let mut rng = keyed_rng(options.seed, "inverse check", 0);
        let latents = spec.draw(count.min(LATENTS), &mut rng);
        Ok(Self {
            encoder,
            dataset,
            noise: options.noise,
            others: others(count, options.seed),
            latents: Vectors::new(spec.dimension, latents)?,
            done: 0,
            error: 0.0,
            other_error: 0.0,
            inverse_error: 0.0,
            other_inverse_error: 0.0,
            moments: Moments::new(spec.dimension),
            classes: if options.classes {
                Classes::of(dataset, encoder.device())?
            } else {
                None
            },
        })
    }

    /// Number of images in all.
    #[must_use]
    pub fn count(&self) -> usize {
        self.others.len()
    }

    /// The next batch; `None` after the last.
    ///
    /// # Errors
    /// As [`Reconstruction::measure`].
    #[expect(
        clippy::should_implement_trait,
        reason = "`Result<Option>` suits a loop that stops at errors"
    )]
    pub fn next(&mut self) -> Result<Option<Reconstructed>, MeasureError> {
        let batch: Vec<usize> = (self.done..self.others.len()).take(BATCH).collect();
        let Some(&first) = batch.first() else {
            return Ok(None);
        };
        let others: Vec<usize> = batch.iter().map(|&index| self.others[index]).collect();
        let shape = self.dataset.shape();
        let read = |indices: &[usize]| -> Result<Images, MeasureError> {
            Ok(Images::new(shape, self.dataset.gather(indices)?.images)?)
        };
        let (images, others) = (read(&batch)?, read(&others)?);
        let codes = self
            .encoder
            .encode(&images, CodeNoise::of(self.noise, first as u64))?;
        let reconstructions = self.encoder.decode(&codes)?;
        // Pixels in [-1, 1] are twice as far apart as in [0, 1].
        let unit = if shape.is_point() { 1.0 } else { 0.5 };
        for ((image, other), found) in images.iter().zip(&others).zip(&reconstructions) {
            self.error += unit * distance(image, found);
            self.other_error += unit * distance(other, found);
        }
        self.moments.add(&codes);
        if let Some(classes) = &mut self.classes {
            classes.add(&images, &reconstructions)?;
        }
        self.invert(first..first + images.count())?;
        self.done += images.count();
        Ok(Some(Reconstructed {
            images,
            reconstructions,
        }))
    }

    /// The inverse check of a part of the latents, each compared with the next one, too.
    fn invert(&mut self, part: Range<usize>) -> Result<(), MeasureError> {
        let all: Vec<&[f32]> = self.latents.iter().collect();
        let part = part.start.min(all.len())..part.end.min(all.len());
        if part.is_empty() {
            return Ok(());
        }
        let latents = Vectors::new(self.latents.dimension(), all[part.clone()].concat())?;
        let images = self.encoder.decode(&latents)?;
        let noise = CodeNoise::of(self.noise, part.start as u64);
        let found = self.encoder.encode(&images, noise)?;
        for (index, found) in part.zip(&found) {
            self.inverse_error += distance(all[index], found);
            self.other_inverse_error += distance(all[(index + 1) % all.len()], found);
        }
        Ok(())
    }

    /// The figures of the batches so far, one at least. Those of the inverse check are of as many latents, 10,000 at most.
    #[must_use]
    pub fn finish(self) -> Reconstruction {
        let spec = self.encoder.signature().latent;
        let latents = self.done.min(self.latents.count()) as f64;
        let images = self.done as f64;
        let variance = spec.distribution.variance();
        let (mean, spread) = self.moments.finish(spec.distribution.mean());
        Reconstruction {
            images: self.done,
            error: self.error / images,
            other_error: self.other_error / images,
            inverse_error: self.inverse_error / latents,
            other_inverse_error: self.other_inverse_error / latents,
            latent_mean: mean / variance.sqrt(),
            latent_variance: spread / variance,
            class_agreement: self.classes.map(|classes| classes.agreeing as f64 / images),
        }
    }
}

/// For each of `count` images the index of another: the next one of a random order.
fn others(count: usize, seed: u64) -> Vec<usize> {
    let order = permutation(&mut keyed_rng(seed, "other images", 0), count);
    let mut others = vec![0; count];
    for (&index, &next) in order.iter().zip(order.iter().cycle().skip(1)) {
        others[index] = next;
    }
    others
}

fn distance(one: &[f32], other: &[f32]) -> f64 {
    let squares = one.iter().zip(other).map(|(&a, &b)| {
        let difference = f64::from(a) - f64::from(b);
        difference * difference
    });
    squares.sum::<f64>().sqrt()
}

/// Sums of encodings and of their squares, by coordinate.
struct Moments {
    sums: Vec<f64>,
    squares: Vec<f64>,
    count: usize,
}

impl Moments {
    fn new(dimension: usize) -> Self {
        Self {
            sums: vec![0.0; dimension],
            squares: vec![0.0; dimension],
            count: 0,
        }
    }

    fn add(&mut self, codes: &Vectors) {
        for code in codes {
            let sums = self.sums.iter_mut().zip(&mut self.squares);
            for ((sum, square), &value) in sums.zip(code) {
                *sum += f64::from(value);
                *square += f64::from(value) * f64::from(value);
            }
        }
        self.count += codes.count();
    }

    /// Root mean square of the distance of the means from `centre`, and mean of the variances.
    fn finish(self, centre: f64) -> (f64, f64) {
        let (count, dimension) = (self.count as f64, self.sums.len() as f64);
        let means = self.sums.iter().map(|sum| sum / count);
        let squares = means.clone().map(|mean| mean * mean).sum::<f64>();
        let apart = means.map(|mean| (mean - centre).powi(2)).sum::<f64>();
        let second = self
            .squares
            .iter()
            .map(|square| square / count)
            .sum::<f64>();
        ((apart / dimension).sqrt(), (second - squares) / dimension)
    }
}

/// Counts reconstructions of digits that are classified as their images are.
struct Classes {
    classifier: DigitClassifier,
    device: Device,
    agreeing: usize,
}

impl Classes {
    /// `None` for data other than labelled digits of 28×28 pixels, or of 32×32 with a border.
    fn of(dataset: &Dataset, device: &Device) -> Result<Option<Self>, MeasureError> {
        let shape = dataset.shape();
        let is_digits = dataset.classes().len() == 10
            && (0..10)
                .zip(dataset.classes())
                .all(|(digit, name)| *name == digit.to_string());
        let fits = matches!(
            [shape.channels, shape.height, shape.width],
            [1, 28, 28] | [1, 32, 32]
        );
        if !(is_digits && fits) {
            return Ok(None);
        }
        Ok(Some(Self {
            classifier: DigitClassifier::shipped(device)?,
            device: device.clone(),
            agreeing: 0,
        }))
    }

    fn add(&mut self, images: &Images, reconstructions: &Images) -> Result<(), MeasureError> {
        let labels = self.labels(images)?;
        let found = self.labels(reconstructions)?;
        self.agreeing += labels.iter().zip(&found).filter(|(a, b)| a == b).count();
        Ok(())
    }

    fn labels(&self, images: &Images) -> Result<Vec<i64>, MeasureError> {
        let shape = images.spec();
        let dims = [images.count(), shape.channels, shape.height, shape.width];
        let pixels = Tensor::from_data(TensorData::new(images.data().to_vec(), dims), &self.device);
        let labels = self.classifier.labels(without_border(pixels))?;
        Ok(labels.into_data().iter::<i64>().collect())
    }
}

#[cfg(test)]
#[path = "reconstruction_tests.rs"]
mod tests;
