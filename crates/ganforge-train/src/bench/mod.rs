//! Benchmarks of one training step and of one batch of samples.

mod sampling;
mod timing;

pub use sampling::{SamplingReport, bench_sampling};

use std::fmt;

use burn::data::dataset::DatasetError;
use burn::tensor::{Device, Tensor, TensorData};
use ganforge_data::Dataset;
use ganforge_infer::Signature;
use ganforge_model::{ImageShape, keyed_rng};
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

/// Timings of the training step of a recipe: the wall time from latents to updated weights, with the device synchronised.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BenchReport {
    /// The name of the recipe.
    pub recipe: String,
    /// The name of the device, as given by the caller.
    pub device: String,
    /// Images per batch.
    pub batch: usize,
    /// Number of timed steps.
    pub steps: usize,
    /// Median wall time of a step, in milliseconds.
    pub step_ms_median: f64,
    /// Shortest wall time of a step, in milliseconds.
    pub step_ms_min: f64,
    /// Real images per second at the median time.
    pub images_per_second: f64,
    /// The order in which the players are updated.
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

/// Times `steps` training steps on noise of the recipe's shape: one constant batch as real images, and new latents at every step.
///
/// # Errors
/// The data cannot be opened (only if the recipe sets no size), the networks cannot be built or do not fit into memory, or `steps` is 0.
///
/// ```
/// use ganforge_train::Recipe;
/// use ganforge_train::bench::bench;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let recipe = Recipe::load("digits", &[])?;
/// let report = bench(&recipe, &burn::tensor::Device::flex(), "flex", 3)?;
/// assert_eq!(report.steps, 3);
/// assert!(report.step_ms_min <= report.step_ms_median);
/// # Ok(())
/// # }
/// ```
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
    let noise = noise(&latents, signature.image);
    let mut loader = Loader::new(noise.clone(), &latents);
    if S::USES_SECOND_BATCH {
        loader.second = Some(Box::new(noise.clone()));
    }
    if S::USES_TARGET {
        loader.target = Some(Box::new(noise.clone()));
    }
    if S::USES_LABELLED {
        let class = Some(Tensor::zeros([latents.batch], &latents.device));
        loader.labelled = Some(Box::new(ImageBatch { class, ..noise }));
    }
    let system = &recipe.system;
    let mut rounds = (0..).map(|index| {
        let round = system.next_round(&mut loader, index);
        round.map_err(DatasetError::new)
    });
    let clip_norms = experiment.optimizer.as_ref().map(|player| player.clip_norm);
    let mut play = Play::new(&mut learner, &mut rounds, &latents).with_clip_norms(clip_norms);
    let mut step = 0;
    let timing = Timing::measure(steps, || {
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

/// The image shape of a recipe, or that of its data, and its latents. Classes are omitted: noise has none.
///
/// # Errors
/// The data cannot be opened, or the networks do not fit into memory.
fn signature<S: System>(
    recipe: &Recipe<S>,
    device: &Device,
    samples_only: bool,
) -> Result<Signature, TrainError> {
    let image = if let (Some(channels), Some([height, width])) =
        (recipe.experiment.data.channels, recipe.experiment.data.size)
    {
        ImageShape {
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
        input: recipe.system.input(image),
        classes: recipe.system.sample_classes().unwrap_or_default(),
    };
    check_bench(recipe, Some(image), device, samples_only)?;
    Ok(signature)
}

/// A batch of images of uniform noise in [-1, 1].
fn noise(latents: &Latents, image: ImageShape) -> ImageBatch {
    let dims = [latents.batch, image.channels, image.height, image.width];
    let uniform = Uniform::new(-1.0_f32, 1.0).expect("-1 is below 1");
    let rng = keyed_rng(latents.seed, "bench images", 0);
    let values: Vec<f32> = uniform
        .sample_iter(rng)
        .take(latents.batch * image.values())
        .collect();
    ImageBatch {
        images: Tensor::from_data(TensorData::new(values, dims), &latents.device),
        class: None,
    }
}
