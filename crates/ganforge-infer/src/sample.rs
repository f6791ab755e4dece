//! Images from a generator, as a pure function of seed and index.
//!
//! Image `i` of seed `S` comes from a latent that depends on `(S, i)` alone, whatever the batch size and
//! however many images are asked for: the first ten of a hundred are the ten.

use std::ops::Range;

use burn::tensor::{Device, Int, Tensor, TensorData};
use ganforge_model::{ConfigError, Generator, ImageSpec, Latent, LatentSpec, ModelCard, keyed_rng};

use crate::{Images, InferError};

/// Draws `options.count` images from `network`.
///
/// The network is used as in inference: normalisation layers apply their running statistics, even where
/// the network is one in training, on a device that tracks gradients.
///
/// # Errors
/// An option out of range, more images than fit in memory, a network that makes other images than
/// `signature` says, or a device that fails.
pub fn sample<G: Generator>(
    network: &G,
    signature: &Signature,
    options: &SampleOptions,
    device: &Device,
) -> Result<Images, InferError> {
    let batches = batches(network, signature, options, device)?;
    let mut data = room_for(options.count, signature.image)?;
    for batch in batches {
        data.extend(batch?.into_data());
    }
    Images::new(signature.image, data)
}

/// Draws the images of [`sample`] batch by batch, for whoever need not hold them all.
///
/// # Errors
/// An option out of range; and each batch, as [`sample`].
pub fn batches<'a, G: Generator>(
    network: &G,
    signature: &'a Signature,
    options: &'a SampleOptions,
    device: &'a Device,
) -> Result<impl Iterator<Item = Result<Images, InferError>> + use<'a, G>, InferError> {
    options.check(&signature.classes)?;
    let network = network.valid();
    let starts = (0..options.count).step_by(options.batch);
    Ok(starts.map(move |drawn| {
        // The last batch is drawn in full and its surplus dropped: a device may round differently at
        // another batch size, and fewer images are to be a prefix of more, bit for bit.
        let batch = drawn..drawn + options.batch;
        let noise = batch_noise(signature.latent, options, batch.clone());
        let classes = match options.class {
            Some(class) => vec![class; options.batch],
            None => signature.classes_in_turn(batch),
        };
        let mut numbers = forward(&network, signature, noise, &classes, device)?;
        let kept = options.batch.min(options.count - drawn);
        numbers.truncate(kept * signature.image.len());
        Images::new(signature.image, numbers)
    }))
}

/// What a generator takes and gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The latents it takes.
    pub latent: LatentSpec,
    /// The images it makes.
    pub image: ImageSpec,
    /// Class names in label order; empty for an unconditional generator.
    pub classes: Vec<String>,
}

/// Which images to draw.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleOptions {
    /// How many, 1 or more.
    pub count: usize,
    /// Which series of latents.
    pub seed: u64,
    /// The class of every image, for a conditional model; without it, image `i` is of class
    /// `i mod classes`.
    pub class: Option<usize>,
    /// Every latent coordinate is multiplied by this, 0 or more. Below 1, samples move towards the centre
    /// of what was learned: more typical, less varied.
    pub truncation: Option<f32>,
    /// Images computed at a time, 1 to 4096: more take more memory and, up to a point, less time.
    pub batch: usize,
}

impl Default for SampleOptions {
    /// 64 images of seed 0, as the model makes them.
    fn default() -> Self {
        Self {
            count: 64,
            seed: 0,
            class: None,
            truncation: None,
            batch: 64,
        }
    }
}

/// The latent that image `index` of seed `seed` is made from: `spec.dimension` numbers.
#[must_use]
pub fn latent(spec: LatentSpec, seed: u64, index: u64) -> Vec<f32> {
    spec.draw(1, &mut keyed_rng(seed, "sample", index))
}

/// Runs one batch: `rows` latents to `rows · image.len()` numbers.
///
/// `classes` holds one class per row, and nothing for an unconditional generator.
pub(crate) fn forward<G: Generator>(
    network: &G,
    signature: &Signature,
    noise: Vec<f32>,
    classes: &[usize],
    device: &Device,
) -> Result<Vec<f32>, InferError> {
    let device = device.clone().without_autodiff();
    let noise = signature.latent.tensor(noise, &device);
    let [rows, _] = noise.dims();
    let class = (!classes.is_empty()).then(|| class_tensor(classes, &device));
    let images = network.forward(Latent { noise, class });
    let ImageSpec {
        channels,
        height,
        width,
    } = signature.image;
    let (found, expected) = (images.dims(), [rows, channels, height, width]);
    if found != expected {
        return Err(InferError::Shape { found, expected });
    }
    Ok(images.try_into_vec_as()?)
}

/// Fails unless `class` is one of `names`.
pub(crate) fn check_class(class: usize, names: &[String]) -> Result<(), ConfigError> {
    if class < names.len() {
        return Ok(());
    }
    Err(ConfigError::new("class", class, allowed_classes(names)))
}

impl Signature {
    /// The classes of images `range` where none was asked for; empty for an unconditional generator.
    pub(crate) fn classes_in_turn(&self, range: Range<usize>) -> Vec<usize> {
        match self.classes.len() {
            0 => Vec::new(),
            classes => range.map(|index| index % classes).collect(),
        }
    }
}

impl<A> From<&ModelCard<A>> for Signature {
    fn from(card: &ModelCard<A>) -> Self {
        Self {
            latent: card.latent,
            image: card.image,
            classes: card.classes.clone(),
        }
    }
}

impl SampleOptions {
    fn check(&self, classes: &[String]) -> Result<(), ConfigError> {
        if self.count == 0 {
            return Err(ConfigError::new("count", 0, "1 or more"));
        }
        if !(1..=4096).contains(&self.batch) {
            return Err(ConfigError::new("batch", self.batch, "1 to 4096"));
        }
        match self.truncation {
            Some(factor) if !(factor.is_finite() && factor >= 0.0) => {
                return Err(ConfigError::new("truncation", factor, "0 or more"));
            }
            Some(_) | None => {}
        }
        self.class
            .map_or(Ok(()), |class| check_class(class, classes))
    }
}

fn batch_noise(spec: LatentSpec, options: &SampleOptions, batch: Range<usize>) -> Vec<f32> {
    let mut noise = Vec::with_capacity(batch.len() * spec.dimension);
    for index in batch {
        noise.extend(latent(spec, options.seed, index as u64));
    }
    if let Some(factor) = options.truncation {
        for coordinate in &mut noise {
            *coordinate *= factor;
        }
    }
    noise
}

#[expect(
    clippy::cast_possible_wrap,
    reason = "a class is below the number of class names in memory"
)]
fn class_tensor(classes: &[usize], device: &Device) -> Tensor<1, Int> {
    let labels: Vec<i64> = classes.iter().map(|&class| class as i64).collect();
    Tensor::from_data(TensorData::new(labels, [classes.len()]), device)
}

/// A count may be anything a user can type; a refusal is better than an abort.
fn room_for(count: usize, image: ImageSpec) -> Result<Vec<f32>, InferError> {
    let too_many = || InferError::TooManyImages { count, image };
    let numbers = image
        .checked_len()
        .and_then(|numbers| numbers.checked_mul(count))
        .ok_or_else(too_many)?;
    let mut data = Vec::new();
    data.try_reserve_exact(numbers).map_err(|_| too_many())?;
    Ok(data)
}

/// Classes as `0 (cat), 1 (dog)`, or as a range where there are many or a name is only its number.
fn allowed_classes(names: &[String]) -> String {
    let numbers_only = names
        .iter()
        .enumerate()
        .all(|(class, name)| *name == class.to_string());
    match names.len() {
        0 => "none, since this model has no classes".to_owned(),
        count if numbers_only || count > 20 => format!("0 to {}", count - 1),
        _ => {
            let entry = |(class, name)| format!("{class} ({name})");
            let entries: Vec<String> = names.iter().enumerate().map(entry).collect();
            entries.join(", ")
        }
    }
}
