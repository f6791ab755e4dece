//! A benchmark of sampling.

use std::fmt;
use std::sync::Arc;

use burn::tensor::Device;
use ganforge_infer::{Images, SampleOptions, generate, latent, sample};
use serde::Serialize;

use super::signature;
use super::timing::Timing;
use crate::error::TrainError;
use crate::recipe::Recipe;
use crate::system::System;
use crate::weights::trainable_parameters;

/// Timings of sampling one batch, from seeds to values in host memory.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SamplingReport {
    /// The name of the recipe.
    pub recipe: String,
    /// The name of the device, as given by the caller.
    pub device: String,
    /// Images per batch.
    pub batch: usize,
    /// Number of timed batches.
    pub steps: usize,
    /// Median wall time of a batch, in milliseconds.
    pub step_ms_median: f64,
    /// Shortest wall time of a batch, in milliseconds.
    pub step_ms_min: f64,
    /// Images per second at the median time.
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

/// The largest batch that sampling takes.
const LARGEST_BATCH: usize = 4096;

/// Times `steps` batches of samples from an untrained generator, at the batch size of the recipe.
///
/// # Errors
/// As [`bench`](super::bench).
///
/// ```
/// use ganforge_train::Recipe;
/// use ganforge_train::bench::bench_sampling;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let recipe = Recipe::load("digits", &[])?;
/// let report = bench_sampling(&recipe, &burn::tensor::Device::flex(), "flex", 3)?;
/// assert!(report.images_per_second > 0.0);
/// # Ok(())
/// # }
/// ```
pub fn bench_sampling<S: System>(
    recipe: &Recipe<S>,
    device: &Device,
    device_name: &str,
    steps: usize,
) -> Result<SamplingReport, TrainError> {
    let signature = signature(recipe, device, true)?;
    let generator = recipe.build(&signature, 0, device)?.generator;
    let batch = recipe.experiment.run.batch;
    let mut seed = 0;
    let network = recipe.system.sampled(&generator);
    let inputs = signature
        .input
        .map(|input| Images::new(input, vec![0.0; batch * input.values()]).map(Arc::new));
    let inputs = inputs.transpose()?;
    let timing = Timing::measure(steps, || {
        seed += 1;
        if let Some(inputs) = &inputs {
            let options = SampleOptions {
                inputs: Some(inputs.clone()),
                batch: batch.min(LARGEST_BATCH),
                ..SampleOptions::new(batch, seed)
            };
            sample(network, &signature, &options, device)?;
            return Ok(());
        }
        let latents = (0..batch as u64).flat_map(|index| latent(signature.latent, seed, index));
        let latents: Vec<f32> = latents.collect();
        generate(network, &signature, &latents, None, device)?;
        Ok(())
    })?;
    Ok(SamplingReport {
        recipe: recipe.experiment.name.clone(),
        device: device_name.to_owned(),
        batch,
        steps,
        step_ms_median: timing.median,
        step_ms_min: timing.min,
        images_per_second: batch as f64 / timing.median * 1e3,
        parameters: trainable_parameters(&generator),
    })
}
