//! Benchmarks of one training step and of one batch of samples.

mod sampling;
mod timing;

pub use sampling::{SamplingReport, bench_sampling};

use std::fmt;

use burn::data::dataset::DatasetError;
use burn::tensor::{Device, Int, Tensor, TensorData};
use burn::train::Learner;
use ganforge_data::Dataset;
use ganforge_infer::Signature;
use ganforge_model::{DiscriminatorArchitecture, GeneratorArchitecture, ImageSpec, keyed_rng};
use rand_distr::{Distribution, Uniform};
use serde::Serialize;

use crate::error::TrainError;
use crate::game::UpdateRule;
use crate::memory::check_bench;
use crate::optimizer::{module_optimizer, module_schedule};
use crate::recipe::Recipe;
use crate::session::{ClipNorms, Latents, Play};
use crate::system::{Round, build, image_spec};
use crate::telemetry::Totals;
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
/// use ganforge_train::{Recipe, bench};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let recipe = Recipe::load("digits", &[])?;
/// let report = bench(&recipe, &burn::tensor::Device::flex(), "flex", 3)?;
/// assert_eq!(report.steps, 3);
/// assert!(report.step_ms_min <= report.step_ms_median);
/// # Ok(())
/// # }
/// ```
pub fn bench<G: GeneratorArchitecture, D: DiscriminatorArchitecture>(
    recipe: &Recipe<G, D>,
    device: &Device,
    device_name: &str,
    steps: usize,
) -> Result<BenchReport, TrainError> {
    let device_name = device_name.to_owned();
    let training_device = device.clone().autodiff();
    let signature = signature(recipe, device, false)?;
    let gan = build(recipe, &signature, 0, &training_device)?;
    let parameters =
        trainable_parameters(&gan.generator) + trainable_parameters(&gan.discriminator);
    let images_per_step = recipe.images_per_step();
    let optimizer = module_optimizer(&recipe.optimizer, &gan, images_per_step);
    let schedule = module_schedule(&recipe.optimizer, &gan, recipe.steps(), images_per_step);
    let mut learner = Learner::new(gan, optimizer, schedule);
    let latents = Latents {
        spec: signature.latent,
        batch: recipe.run.batch,
        seed: recipe.run.seed,
        device: training_device,
    };
    let mut rounds = noise_rounds(&latents, &signature);
    let mut play = Play {
        learner: &mut learner,
        rounds: &mut rounds,
        latents: &latents,
        clip_norms: ClipNorms::of(&recipe.optimizer),
        totals: Totals::default(),
    };
    let mut step = 0;
    let timing = Timing::measure(steps, || {
        play.step(&recipe.game, step, false)?;
        step += 1;
        let synchronised = latents.device.sync();
        synchronised.map_err(|error| TrainError::Stopped(error.to_string()))
    })?;
    Ok(BenchReport {
        recipe: recipe.name.clone(),
        device: device_name,
        batch: recipe.run.batch,
        steps,
        step_ms_median: timing.median,
        step_ms_min: timing.min,
        images_per_second: images_per_step as f64 / timing.median * 1e3,
        update_rule: recipe.game.update,
        parameters,
    })
}

/// The image shape of a recipe, or that of its data, and its latents. Classes are omitted: noise has none.
///
/// # Errors
/// The data cannot be opened, or the networks do not fit into memory.
fn signature<G: GeneratorArchitecture, D: DiscriminatorArchitecture>(
    recipe: &Recipe<G, D>,
    device: &Device,
    samples_only: bool,
) -> Result<Signature, TrainError> {
    let image =
        if let (Some(channels), Some([height, width])) = (recipe.data.channels, recipe.data.size) {
            ImageSpec {
                channels,
                height,
                width,
            }
        } else {
            check_bench(recipe, None, device, samples_only)?;
            image_spec(Dataset::open(&recipe.data.source, &recipe.data.options())?.shape())
        };
    let signature = Signature {
        latent: recipe.generator.latent(),
        image,
        classes: Vec::new(),
    };
    check_bench(recipe, Some(image), device, samples_only)?;
    Ok(signature)
}

/// Rounds with the same real batch and new latents each.
fn noise_rounds<'a>(
    latents: &'a Latents,
    signature: &Signature,
) -> impl Iterator<Item = Result<Round, DatasetError>> + 'a {
    let image = signature.image;
    let dims = [latents.batch, image.channels, image.height, image.width];
    let uniform = Uniform::new(-1.0_f32, 1.0).expect("-1 is below 1");
    let rng = keyed_rng(latents.seed, "bench images", 0);
    let values: Vec<f32> = uniform
        .sample_iter(rng)
        .take(latents.batch * image.len())
        .collect();
    let real: Tensor<4> = Tensor::from_data(TensorData::new(values, dims), &latents.device);
    let no_class: Option<Tensor<1, Int>> = None;
    (0..).map(move |round| {
        Ok(Round {
            real: real.clone(),
            latent: latents.draw("latent", round, no_class.clone()),
        })
    })
}
