//! How long one training step takes, and one batch of samples.

mod sampling;
mod timing;

pub use sampling::{SamplingReport, bench_sampling};

use std::fmt;

use burn::data::dataset::DatasetError;
use burn::tensor::{Device, Tensor, TensorData};
use ganforge_data::Dataset;
use ganforge_infer::Signature;
use ganforge_model::{ImageSpec, keyed_rng};
use rand_distr::{Distribution, Uniform};
use serde::Serialize;

use crate::error::TrainError;
use crate::game::UpdateRule;
use crate::memory::check_bench;
use crate::recipe::Recipe;
use crate::session::{Play, learner};
use crate::system::{ImageBatch, Latents, Loader, System};
use crate::weights::trainable_parameters;
use timing::Timing;

/// Timings of a recipe's training step, after `peers/dcgan_torch.py`'s definition of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BenchReport {
    /// The recipe.
    pub recipe: String,
    /// The device, as the caller names it.
    pub device: String,
    /// Images per update.
    pub batch: usize,
    /// Steps timed.
    pub steps: usize,
    /// Median wall time of a whole step, in milliseconds.
    pub step_ms_median: f64,
    /// Shortest wall time of a whole step, in milliseconds.
    pub step_ms_min: f64,
    /// Real images per second at the median.
    pub images_per_second: f64,
    /// Who moves when.
    pub update_rule: UpdateRule,
    /// Trainable parameters of both players.
    pub parameters: usize,
}

impl fmt::Display for BenchReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} on {}: {:.2} ms a step (median of {}, shortest {:.2}), {:.0} images/s, {} parameters",
            self.recipe,
            self.device,
            self.step_ms_median,
            self.steps,
            self.step_ms_min,
            self.images_per_second,
            self.parameters,
        )
    }
}

/// Times `steps` training steps on noise of the recipe's size: one real batch, made once, and new latents a step.
///
/// # Errors
/// Data that cannot be opened where the recipe leaves the size to them, or networks that cannot be built.
pub fn bench<S: System>(
    recipe: &Recipe<S>,
    device: &Device,
    device_name: &str,
    steps: usize,
) -> Result<BenchReport, TrainError> {
    let device_name = device_name.to_owned();
    let training_device = device.clone().autodiff();
    let signature = signature(recipe, device, false)?;
    let players = recipe.build(&signature, 0, &training_device)?;
    let parameters =
        trainable_parameters(&players.generator) + trainable_parameters(&players.discriminator);
    let experiment = &recipe.experiment;
    let mut learner = learner(experiment, players);
    let latents = Latents {
        spec: signature.latent,
        batch: recipe.experiment.run.batch,
        seed: recipe.experiment.run.seed,
        device: training_device,
    };
    let mut loader = Loader {
        images: Box::new(noise(&latents, signature.image)),
        latents: &latents,
    };
    let system = &recipe.system;
    let mut rounds = (0..).map(|index| {
        let round = system.next_round(&mut loader, index);
        round.map_err(DatasetError::new)
    });
    let clip_norms = experiment.optimizer.as_ref().map(|player| player.clip_norm);
    let mut play = Play::new(&mut learner, &mut rounds, &latents).with_clip_norms(clip_norms);
    let mut step = 0;
    let timing = Timing::of(steps, || {
        play.step(step, false)?;
        step += 1;
        let synchronised = latents.device.sync();
        synchronised.map_err(|error| TrainError::Stopped(error.to_string()))
    })?;
    Ok(BenchReport {
        recipe: recipe.experiment.name.clone(),
        device: device_name,
        batch: recipe.experiment.run.batch,
        steps,
        step_ms_median: timing.median,
        step_ms_min: timing.min,
        images_per_second: experiment.images_per_step() as f64 / timing.median * 1e3,
        update_rule: recipe.experiment.game.update,
        parameters,
    })
}

/// The size a recipe states, or that of its data; classes are left out, for noise has none.
///
/// # Errors
/// Data that cannot be opened, or more memory than there is.
fn signature<S: System>(
    recipe: &Recipe<S>,
    device: &Device,
    samples_only: bool,
) -> Result<Signature, TrainError> {
    let image = if let (Some(channels), Some([height, width])) =
        (recipe.experiment.data.channels, recipe.experiment.data.size)
    {
        ImageSpec {
            channels,
            height,
            width,
        }
    } else {
        check_bench(recipe, None, device, samples_only)?;
        let data = &recipe.experiment.data;
        let dataset = Dataset::open(&data.source, &data.options())?;
        recipe.signature(&dataset).image
    };
    let signature = Signature {
        latent: recipe.system.latent(),
        image,
        classes: Vec::new(),
    };
    check_bench(recipe, Some(image), device, samples_only)?;
    Ok(signature)
}

/// A batch of images of uniform noise in [-1, 1].
fn noise(latents: &Latents, image: ImageSpec) -> ImageBatch {
    let dims = [latents.batch, image.channels, image.height, image.width];
    let uniform = Uniform::new(-1.0_f32, 1.0).expect("-1 is below 1");
    let rng = keyed_rng(latents.seed, "bench images", 0);
    let numbers: Vec<f32> = uniform
        .sample_iter(rng)
        .take(latents.batch * image.len())
        .collect();
    ImageBatch {
        images: Tensor::from_data(TensorData::new(numbers, dims), &latents.device),
        class: None,
    }
}
