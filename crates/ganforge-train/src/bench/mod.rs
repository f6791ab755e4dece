//! How long one training step takes, and one batch of samples.

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
    let mut rounds = noise(&latents, &signature);
    let mut play = Play {
        learner: &mut learner,
        rounds: &mut rounds,
        latents: &latents,
        clip_norms: ClipNorms::of(&recipe.optimizer),
        totals: Totals::default(),
    };
    let mut step = 0;
    let timing = Timing::of(steps, || {
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

/// The size a recipe states, or that of its data; classes are left out, for noise has none.
///
/// # Errors
/// Data that cannot be opened, or more memory than there is.
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

/// The same real batch again and again, with new latents each time.
fn noise<'a>(
    latents: &'a Latents,
    signature: &Signature,
) -> impl Iterator<Item = Result<Round, DatasetError>> + 'a {
    let image = signature.image;
    let dims = [latents.batch, image.channels, image.height, image.width];
    let uniform = Uniform::new(-1.0_f32, 1.0).expect("-1 is below 1");
    let rng = keyed_rng(latents.seed, "bench images", 0);
    let numbers: Vec<f32> = uniform
        .sample_iter(rng)
        .take(latents.batch * image.len())
        .collect();
    let real: Tensor<4> = Tensor::from_data(TensorData::new(numbers, dims), &latents.device);
    let no_class: Option<Tensor<1, Int>> = None;
    (0..).map(move |round| {
        Ok(Round {
            real: real.clone(),
            latent: latents.draw("latent", round, no_class.clone()),
        })
    })
}
