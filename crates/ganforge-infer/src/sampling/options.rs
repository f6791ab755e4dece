//! Options of sampling.

use std::sync::Arc;

use ganforge_model::ConfigError;

use super::signature::Signature;
use crate::error::InferError;
use crate::images::Images;
use crate::vectors::Vectors;

/// Which images to sample.
///
/// ```
/// use ganforge_infer::SampleOptions;
///
/// let options = SampleOptions { truncation: Some(0.7), ..SampleOptions::new(100, 1) };
/// assert_eq!((options.count, options.seed), (100, 1));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SampleOptions {
    /// Number of images, 1 or more.
    pub count: usize,
    /// Seed of the latents.
    pub seed: u64,
    /// The class of every image of a conditional model; without it, image `i` has class `i mod classes`.
    pub class: Option<usize>,
    /// Factor of every latent coordinate, 0 or more. Values below 1 give more typical and less varied samples.
    pub truncation: Option<f32>,
    /// Latents in place of those of the seed: image `i` is of latent `i`.
    pub latents: Option<Arc<Vectors>>,
    /// The inputs of an image-to-image model: image `i` is computed from input `i mod inputs`.
    pub inputs: Option<Arc<Images>>,
    /// The largest batch, 1 to 4096. Batches of large images are smaller in any case.
    pub batch: usize,
    /// The largest number of bytes for computing one image, as estimated by
    /// [`Generator::forward_memory`](ganforge_model::Generator::forward_memory); a larger image is refused.
    pub memory: u64,
}

impl Default for SampleOptions {
    /// 64 images of seed 0, without truncation, of at most 16 GiB each.
    fn default() -> Self {
        Self {
            count: 64,
            seed: 0,
            class: None,
            truncation: None,
            latents: None,
            inputs: None,
            batch: 64,
            memory: 16 << 30,
        }
    }
}

impl SampleOptions {
    /// `count` images of a seed, with the default of every other option.
    #[must_use]
    pub fn new(count: usize, seed: u64) -> Self {
        Self {
            count,
            seed,
            ..Self::default()
        }
    }

    /// Fails if an option is out of range for a model, or its inputs are missing.
    pub(crate) fn check(&self, signature: &Signature) -> Result<(), InferError> {
        self.check_ranges(&signature.classes)?;
        self.check_latents(signature)?;
        let found = self.inputs.as_ref().map(|inputs| inputs.spec());
        if found == signature.input {
            return Ok(());
        }
        Err(InferError::Input {
            found,
            expected: signature.input,
        })
    }

    /// Fails unless there is a finite latent of the model's dimension for every image.
    fn check_latents(&self, signature: &Signature) -> Result<(), InferError> {
        let Some(latents) = &self.latents else {
            return Ok(());
        };
        if let Some(number) = latents.data().iter().find(|number| !number.is_finite()) {
            return Err(ConfigError::new("latents", number, "finite numbers").into());
        }
        let dimension = signature.latent.dimension;
        if latents.dimension() == dimension && latents.count() >= self.count {
            return Ok(());
        }
        let allowed = match dimension {
            0 => "none, the model computes images from images".to_owned(),
            dimension => format!("{} or more of {dimension}, one for each image", self.count),
        };
        Err(InferError::Latents {
            found: latents.count(),
            dimension: latents.dimension(),
            allowed,
        })
    }

    fn check_ranges(&self, classes: &[String]) -> Result<(), ConfigError> {
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

/// Fails unless `class` is an index of `names`.
pub(crate) fn check_class(class: usize, names: &[String]) -> Result<(), ConfigError> {
    if class < names.len() {
        return Ok(());
    }
    Err(ConfigError::new("class", class, allowed_classes(names)))
}

/// Classes as `0 (cat), 1 (dog)`, or as a range if there are many or names are numbers.
pub(crate) fn allowed_classes(names: &[String]) -> String {
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
