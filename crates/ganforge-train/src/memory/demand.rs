//! The memory that training by a recipe takes.
//!
//! The estimate is meant to be no more than what is really taken, so that nothing is refused that would fit: the parts
//! that are sure to be in memory at one time, and no allocator's reserves or kernel's work space. Measured on two cores
//! with the Flex backend (peak resident size less 25 MB of program; the estimate as a share of it): fully connected players of 4096
//! units 0.6 to 0.9; DCGAN at 64×64 of width 64, batch 64 to 512, 0.8 to 1.0, of width 16 0.6; residual players 0.5 to
//! 0.7; R3GAN with R1 and R2 0.7; gradient penalties on a DCGAN 0.7 to 0.8.

use ganforge_eval::MetricName;
use ganforge_eval::spaces::FeatureName;
use ganforge_model::{DiscriminatorArchitecture, GeneratorArchitecture, ImageSpec, NetworkSize};

use crate::game::payoff::Payoff;
use crate::game::penalty::{Form, Penalty};
use crate::game::{Game, UpdateRule};
use crate::recipe::{EvaluationConfig, OptimizerConfig, OptimizerKind, Recipe};

/// Bytes of a number in single precision.
const FLOAT: f64 = 4.0;

/// Copies of the weights and moments on their way into a checkpoint: the three records, and the largest of them once more.
const COPIES: f64 = 1.5;

/// What a recipe is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// A run with checkpoints and evaluations.
    Train,
    /// Training steps alone.
    Step,
    /// Samples of a generator alone.
    Sample,
}

/// The images that are trained on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Images {
    pub image: ImageSpec,
    /// 0 for players without classes.
    pub classes: usize,
    /// Bytes of all of them, where they stay in memory.
    pub held: f64,
    /// How many there are; 0 where that is not known.
    pub count: f64,
}

impl Images {
    /// The same images in the size that a recipe asks for.
    pub fn sized_by<G, D>(self, recipe: &Recipe<G, D>) -> Self {
        let [height, width] = recipe
            .data
            .size
            .unwrap_or([self.image.height, self.image.width]);
        let image = ImageSpec {
            channels: recipe.data.channels.unwrap_or(self.image.channels),
            height,
            width,
        };
        Self {
            image,
            held: self.held * numbers(image) / numbers(self.image).max(1.0),
            ..self
        }
    }
}

/// Bytes, by what takes them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Demand {
    /// Numbers that training moves, of both players.
    pub parameters: f64,
    /// Weights, moments, averages and histories.
    state: f64,
    /// A player's gradients, and its weights before the step.
    turn: f64,
    /// What a checkpoint holds in memory while it is written.
    checkpoint: f64,
    /// What a step keeps of its images for the backward pass.
    pub kept: f64,
    /// Real images in memory, and a grid of samples.
    pub images: f64,
    /// Features of the samples of an evaluation.
    pub evaluation: f64,
    /// Whether each player tells its size.
    known: [bool; 2],
}

impl Demand {
    /// What a recipe demands on such images.
    pub fn of<G: GeneratorArchitecture, D: DiscriminatorArchitecture>(
        recipe: &Recipe<G, D>,
        images: Images,
        work: Work,
    ) -> Self {
        let Images { image, classes, .. } = images;
        let packing = recipe.game.packing.max(1);
        let shown = ImageSpec {
            channels: image.channels.saturating_mul(packing),
            ..image
        };
        let sizes = [
            recipe.generator.size(image, classes),
            recipe.discriminator.size(shown, classes),
        ];
        let [generator, discriminator] = sizes.map(Option::unwrap_or_default);
        let batch = recipe.run.batch as f64;
        let parameters = generator.parameters + discriminator.parameters;
        let weights =
            FLOAT * (generator.matrices.max(generator.parameters) + discriminator.parameters);
        let known = sizes.map(|size| size.is_some());
        if work == Work::Sample {
            let one = generator.largest + numbers(image);
            return Self {
                parameters,
                state: weights,
                kept: FLOAT * batch * one,
                images: images.held,
                known,
                ..Self::default()
            };
        }
        let state = FLOAT * state(recipe, generator.parameters, discriminator.parameters);
        let demand = Self {
            parameters,
            state: state.max(weights),
            turn: FLOAT * 2.0 * generator.parameters.max(discriminator.parameters),
            kept: FLOAT
                * kept(
                    &recipe.game,
                    batch,
                    [generator, discriminator],
                    numbers(image),
                ),
            images: images.held + FLOAT * batch * numbers(image),
            known,
            ..Self::default()
        };
        if work == Work::Step {
            return demand;
        }
        let evaluation = recipe.evaluation.as_ref();
        Self {
            checkpoint: COPIES * demand.state,
            images: demand.images + FLOAT * recipe.run.samples as f64 * numbers(image),
            evaluation: evaluation.map_or(0.0, |asked| evaluation_bytes(asked, images)),
            ..demand
        }
    }

    /// All of it that is in memory at one time.
    pub fn total(&self) -> f64 {
        let while_training = self.turn + self.kept;
        let most = while_training.max(self.checkpoint);
        self.state + most + self.images + self.evaluation
    }

    /// What the host needs where the networks are in the memory of another device.
    pub fn on_host(&self) -> f64 {
        self.checkpoint.max(self.state) + self.images + self.evaluation
    }

    /// What follows from the parameters alone.
    pub fn networks(&self) -> f64 {
        self.state + self.turn.max(self.checkpoint)
    }

    /// Which of the players tell their size.
    pub fn is_known(&self) -> [bool; 2] {
        self.known
    }
}

/// Numbers in one image.
pub(super) fn numbers(image: ImageSpec) -> f64 {
    image.channels as f64 * image.height as f64 * image.width as f64
}

/// Numbers that stay from step to step.
fn state<G, D>(recipe: &Recipe<G, D>, generator: f64, discriminator: f64) -> f64 {
    let optimizer = &recipe.optimizer;
    let moved = generator * (1.0 + moments(&optimizer.generator))
        + discriminator * (1.0 + moments(&optimizer.discriminator));
    let average = if recipe.average.is_some() {
        generator
    } else {
        0.0
    };
    let histories = if recipe.game.historical_averaging > 0.0 {
        generator + discriminator
    } else {
        0.0
    };
    moved + average + histories
}

/// Numbers that an optimizer keeps for each parameter.
fn moments(optimizer: &OptimizerConfig) -> f64 {
    match optimizer.kind {
        OptimizerKind::Adam | OptimizerKind::Adamw => 2.0,
        OptimizerKind::Rmsprop if optimizer.momentum > 0.0 => 2.0,
        OptimizerKind::Rmsprop | OptimizerKind::Sgd => 1.0,
    }
}

/// Numbers that the discriminator's turn keeps, which is the larger one: the fakes lead back to the generator, too, for
/// its own turn takes the same ones.
fn kept(game: &Game, batch: f64, [generator, discriminator]: [NetworkSize; 2], image: f64) -> f64 {
    let packing = game.packing.max(1) as f64;
    let alternating = game.update == UpdateRule::Alternating;
    // A further turn makes its fakes while the last ones are still there.
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

/// Passes through the discriminator whose results are kept at one time.
fn passes(game: &Game) -> f64 {
    let penalties: f64 = game.penalties.iter().map(passes_of).sum();
    let for_generator = match game.update {
        UpdateRule::Alternating | UpdateRule::OddEven | UpdateRule::OneStage => 0.0,
        UpdateRule::Simultaneous if compares_real(game) => 2.0,
        UpdateRule::Simultaneous => 1.0,
    };
    2.0 + penalties + for_generator
}

/// Whether the generator's loss looks at real images.
fn compares_real(game: &Game) -> bool {
    game.feature_matching.is_some() || matches!(game.payoff, Payoff::Relativistic { .. })
}

/// Passes that a penalty adds. An input gradient keeps half as much again as the pass that it goes back through.
fn passes_of(penalty: &Penalty) -> f64 {
    match penalty {
        Penalty::R1 { form, .. } | Penalty::R2 { form, .. } => match form {
            Form::Auto | Form::Exact => 1.5,
            Form::Directional | Form::Noise => 2.0,
        },
        Penalty::WganGp { form, .. } | Penalty::Dragan { form, .. } => match form {
            Form::Auto | Form::Exact => 2.5,
            Form::Directional | Form::Noise => 2.0,
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
fn evaluation_bytes(asked: &EvaluationConfig, images: Images) -> f64 {
    /// Dimensions up to which a covariance takes the place of the samples.
    const MOST_DIMENSIONS: f64 = 4096.0;
    let dimensions = match asked.features {
        FeatureName::Raw => numbers(images.image),
        FeatureName::Digits => 128.0,
        FeatureName::Inception => 2048.0,
    };
    let samples = asked.samples as f64;
    let frechet_alone = asked
        .metrics
        .iter()
        .all(|metric| *metric == MetricName::Frechet);
    if frechet_alone && dimensions <= MOST_DIMENSIONS {
        return 2.0 * 8.0 * dimensions * dimensions;
    }
    FLOAT * dimensions * (samples + samples.min(images.count))
}

#[cfg(test)]
#[path = "demand_tests.rs"]
mod tests;
