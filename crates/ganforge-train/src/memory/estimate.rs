//! Estimates the memory that training a recipe takes.
//!
//! The estimate is a lower bound, so that no recipe is refused that would fit: it counts what must be in memory at one
//! time, without the reserves of the allocator and the work space of kernels. Ratio of the estimate to the measured peak
//! resident size less 25 MB of program, on two cores with the Flex backend: fully connected networks of 4096 units 0.6
//! to 0.9; DCGAN at 64×64 of width 64, batch 64 to 512, 0.8 to 1.0, of width 16 0.6; residual networks 0.5 to 0.7; R3GAN
//! with R1 and R2 0.7; gradient penalties on a DCGAN 0.7 to 0.8.

use ganforge_eval::MetricName;
use ganforge_eval::spaces::FeatureName;
use ganforge_model::{ImageShape, NetworkSize};

use crate::experiment::{EvaluationConfig, OptimizerConfig, OptimizerKind};
use crate::game::payoff::Payoff;
use crate::game::penalty::{GradientForm, Penalty};
use crate::game::{Game, UpdateRule};
use crate::recipe::Recipe;
use crate::system::System;

/// Bytes of an `f32`.
const FLOAT: f64 = 4.0;

/// Copies of the weights and moments while a checkpoint is written: the three records, and a second copy of the largest.
const CHECKPOINT_COPIES: f64 = 1.5;

/// What is run with the recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Workload {
    /// A run with checkpoints and evaluations.
    Train,
    /// Training steps only.
    Step,
    /// Sampling from the generator only.
    Sample,
}

/// The training images.
#[derive(Debug, Clone, Copy)]
pub(super) struct TrainingImages {
    pub image: ImageShape,
    /// 0 for unconditional networks.
    pub classes: usize,
    /// Bytes of all images in memory; 0 if they are streamed.
    pub bytes: f64,
    /// Number of images; 0 if unknown.
    pub count: f64,
}

impl TrainingImages {
    /// The same images, resized to the size of a recipe.
    pub fn resized<S: System>(self, recipe: &Recipe<S>) -> Self {
        let [height, width] = recipe
            .experiment
            .data
            .size
            .unwrap_or([self.image.height, self.image.width]);
        let image = ImageShape {
            channels: recipe
                .experiment
                .data
                .channels
                .unwrap_or(self.image.channels),
            height,
            width,
        };
        Self {
            image,
            bytes: self.bytes * values(image) / values(self.image).max(1.0),
            ..self
        }
    }
}

/// The estimated memory, in bytes, by purpose.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct MemoryEstimate {
    /// Trainable parameters of both networks (a count, not bytes).
    pub parameters: f64,
    /// Weights, optimizer moments, weight averages and histories.
    state: f64,
    /// The gradients of a player, and its weights before the step.
    gradients: f64,
    /// Copies made while a checkpoint is written.
    checkpoint: f64,
    /// What the discriminator player stores beside its parameters, such as past fakes, and a copy while a checkpoint is written.
    pub stored: f64,
    /// Activations of a step that are kept for the backward pass.
    pub activations: f64,
    /// Real images in memory, and a sample grid.
    pub images: f64,
    /// Features of the samples that an evaluation compares.
    pub evaluation: f64,
    /// True for each player whose architecture reports its size.
    known: [bool; 2],
}

impl MemoryEstimate {
    /// The estimate for training a recipe on these images.
    pub fn of<S: System>(recipe: &Recipe<S>, images: TrainingImages, workload: Workload) -> Self {
        let TrainingImages { image, classes, .. } = images;
        let sizes = recipe.system.sizes(&recipe.experiment, image, classes);
        let sizes = [sizes.generator, sizes.discriminator];
        let [generator, discriminator] = sizes.map(Option::unwrap_or_default);
        let batch = recipe.experiment.run.batch as f64;
        let parameters = generator.parameters + discriminator.parameters;
        let weights =
            FLOAT * (generator.matrices.max(generator.parameters) + discriminator.parameters);
        let known = sizes.map(|size| size.is_some());
        if workload == Workload::Sample {
            let per_image = generator.largest + values(image);
            return Self {
                parameters,
                state: weights,
                activations: FLOAT * batch * per_image,
                images: images.bytes,
                known,
                ..Self::default()
            };
        }
        let state = FLOAT * state(recipe, generator.parameters, discriminator.parameters);
        let estimate = Self {
            parameters,
            state: state.max(weights),
            gradients: FLOAT * 2.0 * generator.parameters.max(discriminator.parameters),
            activations: FLOAT
                * activations(
                    &recipe.experiment.game,
                    batch,
                    [generator, discriminator],
                    values(image),
                ),
            stored: FLOAT * recipe.system.stored_values(image),
            images: images.bytes + FLOAT * batch * values(image),
            known,
            ..Self::default()
        };
        if workload == Workload::Step {
            return estimate;
        }
        let evaluation = recipe.experiment.evaluation.as_ref();
        Self {
            checkpoint: CHECKPOINT_COPIES * estimate.state,
            stored: 2.0 * estimate.stored,
            images: estimate.images + FLOAT * recipe.experiment.run.samples as f64 * values(image),
            evaluation: evaluation.map_or(0.0, |evaluation| evaluation_bytes(evaluation, images)),
            ..estimate
        }
    }

    /// Peak memory.
    pub fn total(&self) -> f64 {
        let step = self.gradients + self.activations;
        self.state + step.max(self.checkpoint) + self.stored + self.images + self.evaluation
    }

    /// Peak memory of the host if the networks are in the memory of another device.
    pub fn on_host(&self) -> f64 {
        self.checkpoint.max(self.state) + self.stored + self.images + self.evaluation
    }

    /// The part that depends on the number of parameters only.
    pub fn networks(&self) -> f64 {
        self.state + self.gradients.max(self.checkpoint)
    }

    /// True for each player whose architecture reports its size.
    pub fn is_known(&self) -> [bool; 2] {
        self.known
    }
}

/// Values in one image.
pub(super) fn values(image: ImageShape) -> f64 {
    image.channels as f64 * image.height as f64 * image.width as f64
}

/// Values that are kept from step to step.
fn state<S: System>(recipe: &Recipe<S>, generator: f64, discriminator: f64) -> f64 {
    let optimizer = &recipe.experiment.optimizer;
    let trained = generator * (1.0 + moments(&optimizer.generator))
        + discriminator * (1.0 + moments(&optimizer.discriminator));
    let average = if recipe.experiment.average.is_some() {
        generator
    } else {
        0.0
    };
    let histories = if recipe.experiment.game.historical_averaging > 0.0 {
        generator + discriminator
    } else {
        0.0
    };
    trained + average + histories
}

/// Moments that an optimizer keeps per parameter.
fn moments(optimizer: &OptimizerConfig) -> f64 {
    match optimizer.kind {
        OptimizerKind::Adam | OptimizerKind::Adamw => 2.0,
        OptimizerKind::Rmsprop if optimizer.momentum > 0.0 => 2.0,
        OptimizerKind::Rmsprop | OptimizerKind::Sgd => 1.0,
    }
}

/// Activations kept in the turn of the discriminator, the larger one. They include those of the generator, whose turn reuses the
/// fakes.
fn activations(
    game: &Game,
    batch: f64,
    [generator, discriminator]: [NetworkSize; 2],
    image: f64,
) -> f64 {
    let packing = game.packing.max(1) as f64;
    let alternating = game.update == UpdateRule::Alternating;
    // A further turn generates its fakes before the previous ones are freed.
    let fakes = if alternating && game.discriminator_steps > 1 {
        2.0
    } else {
        1.0
    };
    let augmented = 2.0 * batch * image * game.augment.len() as f64;
    let largest = batch * generator.largest.max(discriminator.largest / packing);
    fakes * generator.kept(batch)
        + passes(game) * discriminator.kept(batch / packing)
        + augmented
        + largest
}

/// Forward passes of the discriminator whose activations are kept at one time.
fn passes(game: &Game) -> f64 {
    let penalties: f64 = game.penalties.iter().map(passes_of).sum();
    let for_generator = match game.update {
        UpdateRule::Alternating | UpdateRule::OddEven | UpdateRule::OneStage => 0.0,
        UpdateRule::Simultaneous if compares_real(game) => 2.0,
        UpdateRule::Simultaneous => 1.0,
    };
    2.0 + penalties + for_generator
}

/// True if the generator's loss depends on real images.
fn compares_real(game: &Game) -> bool {
    game.feature_matching.is_some() || matches!(game.payoff, Payoff::Relativistic { .. })
}

/// Forward passes that a penalty adds. An input gradient keeps half as many activations as the pass it differentiates.
fn passes_of(penalty: &Penalty) -> f64 {
    match penalty {
        Penalty::R1 { form, .. } | Penalty::R2 { form, .. } => match form {
            GradientForm::Auto | GradientForm::Exact => 1.5,
            GradientForm::Directional | GradientForm::Noise => 2.0,
        },
        Penalty::WganGp { form, .. } | Penalty::Dragan { form, .. } => match form {
            GradientForm::Auto | GradientForm::Exact => 2.5,
            GradientForm::Directional | GradientForm::Noise => 2.0,
        },
        Penalty::Consistency { lambda_fake, .. } if *lambda_fake > 0.0 => 2.0,
        Penalty::Consistency { .. } => 1.0,
        Penalty::WeightClipping { .. }
        | Penalty::SpectralNorm {}
        | Penalty::Orthogonal { .. }
        | Penalty::LeCam { .. } => 0.0,
    }
}

/// Bytes of the features that an evaluation compares.
fn evaluation_bytes(evaluation: &EvaluationConfig, images: TrainingImages) -> f64 {
    /// Up to this dimension the Fréchet distance keeps covariances instead of samples.
    const MAX_COVARIANCE: f64 = 4096.0;
    let dimensions = match evaluation.features {
        FeatureName::Raw => values(images.image),
        FeatureName::Digits => 128.0,
        FeatureName::Inception => 2048.0,
    };
    let samples = evaluation.samples as f64;
    let frechet_alone = evaluation
        .metrics
        .iter()
        .all(|metric| *metric == MetricName::Frechet);
    if frechet_alone && dimensions <= MAX_COVARIANCE {
        return 2.0 * 8.0 * dimensions * dimensions;
    }
    FLOAT * dimensions * (samples + samples.min(images.count))
}

#[cfg(test)]
#[path = "estimate_tests.rs"]
mod tests;
