//! How long a batch of samples takes.

use std::fmt;

use burn::tensor::Device;
use ganforge_infer::{generate, latent};
use ganforge_model::{DiscriminatorArchitecture, GeneratorArchitecture};
use serde::Serialize;

use super::signature;
use super::timing::Timing;
use crate::error::TrainError;
use crate::recipe::Recipe;
use crate::system::build;
use crate::weights::trainable_parameters;

/// Timings of a generator that draws one batch at a time, from seeds to numbers in the host's memory.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SamplingReport {
    /// The recipe.
    pub recipe: String,
    /// The device, as the caller names it.
    pub device: String,
    /// Images at a time.
    pub batch: usize,
    /// Batches timed.
    pub steps: usize,
    /// Median wall time of a batch, in milliseconds.
    pub step_ms_median: f64,
    /// Shortest wall time of a batch, in milliseconds.
    pub step_ms_min: f64,
    /// Images per second at the median.
    pub images_per_second: f64,
    /// Trainable parameters of the generator.
    pub parameters: usize,
}

impl fmt::Display for SamplingReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} on {}: {:.2} ms a batch of {} samples (median of {}, shortest {:.2}), {:.0} images/s, {} parameters",
            self.recipe,
            self.device,
            self.step_ms_median,
            self.batch,
            self.steps,
            self.step_ms_min,
            self.images_per_second,
            self.parameters,
        )
    }
}

/// Times `steps` batches of samples from a generator that was not trained: as many images at a time as the recipe trains on.
///
/// # Errors
/// Data that cannot be opened where the recipe leaves the size to them, or networks that cannot be built.
pub fn bench_sampling<G: GeneratorArchitecture, D: DiscriminatorArchitecture>(
    recipe: &Recipe<G, D>,
    device: &Device,
    device_name: &str,
    steps: usize,
) -> Result<SamplingReport, TrainError> {
    let signature = signature(recipe, device, true)?;
    let generator = build(recipe, &signature, 0, device)?.generator;
    let batch = recipe.run.batch;
    let mut seed = 0;
    let timing = Timing::of(steps, || {
        seed += 1;
        let latents = (0..batch as u64).flat_map(|index| latent(signature.latent, seed, index));
        let latents: Vec<f32> = latents.collect();
        generate(&generator, &signature, &latents, None, device)?;
        Ok(())
    })?;
    Ok(SamplingReport {
        recipe: recipe.name.clone(),
        device: device_name.to_owned(),
        batch,
        steps,
        step_ms_median: timing.median,
        step_ms_min: timing.min,
        images_per_second: batch as f64 / timing.median * 1e3,
        parameters: trainable_parameters(&generator),
    })
}
