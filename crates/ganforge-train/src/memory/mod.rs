//! Checks before anything is allocated whether training fits into memory.
//!
//! A `MemoryEstimate` follows from the network configurations, the rules of the game and the size of the images; [`SystemMemory`] is what
//! the process may use. The error names the recipe key whose reduction saves most.

pub(crate) mod error;
mod estimate;
mod system_memory;
mod units;

pub use error::MemoryError;
pub use system_memory::SystemMemory;

use burn::tensor::Device;
use ganforge_data::{DataSpec, Dataset};
use ganforge_model::{ImageShape, KeyImpact, rank_by_impact};

use crate::experiment::{DataConfig, Experiment};
use crate::recipe::Recipe;
use crate::session::TrainingData;
use crate::system::System;
use estimate::{MemoryEstimate, TrainingImages, Workload};
use units::{bytes, count};

/// An estimate above this fraction of the total memory gives a warning.
const WARNING_FRACTION: f64 = 0.8;

/// Maximum number of keys that an error advises to reduce.
const MAX_KEYS: usize = 3;

/// Refuses a recipe whose training requires more memory than this machine has. Returns a warning if it requires nearly all.
///
/// Without `data`, which may themselves be too large, the smallest images that the recipe allows are assumed. Networks whose
/// architecture does not report its size count as empty. For a `device` with its own memory only the host's share is checked.
///
/// # Errors
/// Names the recipe key that matters most, the required and the available memory, and the keys to reduce.
///
/// ```
/// use ganforge_train::Recipe;
/// use ganforge_train::memory::check_memory;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let digits = Recipe::load("digits", &[])?;
/// let device = burn::tensor::Device::flex();
/// check_memory(&digits, None, &device)?;
///
/// let huge = Recipe::load("digits", &["generator.latent=1000000000".parse()?])?;
/// let error = check_memory(&huge, None, &device).unwrap_err();
/// assert!(error.to_string().starts_with("`generator.latent` is 1000000000"));
/// # Ok(())
/// # }
/// ```
pub fn check_memory<S: System>(
    recipe: &Recipe<S>,
    data: Option<&TrainingData>,
    device: &Device,
) -> Result<Option<String>, MemoryError> {
    let images = data.map_or_else(
        || smallest_images(recipe),
        |data| dataset_images(recipe, data),
    );
    check(recipe, images, Workload::Train, device)
}

/// [`check_memory`] for timing training steps or sampling on noise of shape `image`; if it is unknown, the smallest that the
/// recipe allows.
///
/// # Errors
/// As [`check_memory`].
pub(crate) fn check_bench<S: System>(
    recipe: &Recipe<S>,
    image: Option<ImageShape>,
    device: &Device,
    samples_only: bool,
) -> Result<(), MemoryError> {
    let noise = |image| TrainingImages {
        image,
        classes: 0,
        bytes: 0.0,
        count: 0.0,
    };
    let images = image.map_or_else(|| smallest_images(recipe), noise);
    let workload = if samples_only {
        Workload::Sample
    } else {
        Workload::Step
    };
    check(recipe, images, workload, device).map(|_| ())
}

fn check<S: System>(
    recipe: &Recipe<S>,
    images: TrainingImages,
    workload: Workload,
    device: &Device,
) -> Result<Option<String>, MemoryError> {
    let Some(memory) = SystemMemory::detect() else {
        return Ok(None);
    };
    let on_host = ganforge_ops::is_host(device);
    check_against(recipe, images, workload, on_host, &memory)
}

/// Decides for the given memory.
fn check_against<S: System>(
    recipe: &Recipe<S>,
    images: TrainingImages,
    workload: Workload,
    on_host: bool,
    memory: &SystemMemory,
) -> Result<Option<String>, MemoryError> {
    let estimate = MemoryEstimate::of(recipe, images, workload);
    let total = |estimate: &MemoryEstimate| {
        if on_host {
            estimate.total()
        } else {
            estimate.on_host()
        }
    };
    let required = total(&estimate);
    if required <= memory.total {
        let is_near = required > WARNING_FRACTION * memory.total || required > memory.available;
        return Ok(is_near.then(|| {
            let required = describe(&estimate, recipe, required);
            let free = bytes(memory.available);
            format!(
                "{required}; {}, {free} of it free: the system may end the run",
                describe_memory(memory)
            )
        }));
    }
    let heavy = rank_by_impact(recipe, |recipe| {
        let smaller = MemoryEstimate::of(recipe, images.resized(recipe), workload);
        (smaller.is_known() == estimate.is_known()).then(|| total(&smaller))
    });
    let named = |heavy: &KeyImpact| (heavy.key.clone(), heavy.value.clone());
    Err(MemoryError {
        key: heavy.first().map(named),
        required: describe(&estimate, recipe, required),
        available: describe_memory(memory),
        reduce: heavy
            .into_iter()
            .take(MAX_KEYS)
            .map(|heavy| heavy.key)
            .collect(),
    })
}

/// The largest part of the estimate, with the total.
fn describe<S: System>(estimate: &MemoryEstimate, recipe: &Recipe<S>, required: f64) -> String {
    let all = bytes(required);
    let MemoryEstimate {
        images,
        evaluation,
        stored,
        ..
    } = *estimate;
    let networks = estimate.networks();
    let largest = networks
        .max(estimate.activations)
        .max(images)
        .max(stored)
        .max(evaluation);
    if networks >= largest {
        let parameters = count(estimate.parameters);
        return format!(
            "the networks have {parameters} parameters, and training takes about {all}"
        );
    }
    let batch = recipe.experiment.run.batch;
    if estimate.activations >= largest {
        return format!("a training step of {batch} images takes about {all}");
    }
    if stored >= largest {
        return format!("training with the stored past fakes takes about {all}");
    }
    if images >= largest {
        return format!("the images in memory take about {all}");
    }
    let samples = recipe
        .experiment
        .evaluation
        .as_ref()
        .map_or(0, |evaluation| evaluation.samples);
    format!("an evaluation of {samples} samples takes about {all}")
}

fn describe_memory(memory: &SystemMemory) -> String {
    let total = bytes(memory.total);
    match memory.limit {
        Some(limit) => format!("this process may take {total} ({limit})"),
        None => format!("this machine has {total}"),
    }
}

fn dataset_images<S: System>(recipe: &Recipe<S>, data: &TrainingData) -> TrainingImages {
    let dataset = &data.images;
    let classes = if recipe.experiment.data.labels {
        dataset.classes().len()
    } else {
        0
    };
    let image = recipe.signature(dataset).image;
    let bytes = |dataset: &Dataset| {
        if dataset.is_streamed() {
            0.0
        } else {
            image_bytes(image, dataset.len() as f64)
        }
    };
    TrainingImages {
        image,
        classes,
        bytes: bytes(dataset) + data.target.as_ref().map_or(0.0, bytes),
        count: dataset.len() as f64,
    }
}

/// Bytes of `count` images in memory: one byte per channel of a pixel, or two floats per point.
fn image_bytes(image: ImageShape, count: f64) -> f64 {
    let each = if image.is_point() {
        8.0
    } else {
        estimate::values(image)
    };
    each * count
}

/// The smallest images that a recipe allows, before the data are opened.
fn smallest_images<S: System>(recipe: &Recipe<S>) -> TrainingImages {
    let Experiment { data, target, .. } = &recipe.experiment;
    let (image, count) = smallest(data);
    let target = target.as_ref().map(smallest);
    let of_target = target.map_or(0.0, |(image, count)| image_bytes(image, count));
    TrainingImages {
        image,
        classes: 0,
        bytes: image_bytes(image, count) + of_target,
        count,
    }
}

/// The smallest shape and number of images of a source; 0 if the number is not known.
fn smallest(data: &DataConfig) -> (ImageShape, f64) {
    let (native, count) = match &data.source {
        DataSpec::Digits => ([1, 8, 8], 1797.0),
        DataSpec::Mnist | DataSpec::FashionMnist => ([1, 28, 28], 60_000.0),
        DataSpec::Ring5
        | DataSpec::Ring8
        | DataSpec::Ring10
        | DataSpec::Grid25
        | DataSpec::Points(_) => ([2, 1, 1], 0.0),
        DataSpec::Stacked(_) => ([3, 8, 8], 0.0),
        DataSpec::Idx(_) | DataSpec::Folder(_) => ([1, 8, 8], 0.0),
    };
    let [channels, height, width] = native;
    let [height, width] = data.size.unwrap_or([height, width]);
    let image = ImageShape {
        channels: data.channels.unwrap_or(channels),
        height,
        width,
    };
    (image, count)
}

#[cfg(test)]
mod tests;
