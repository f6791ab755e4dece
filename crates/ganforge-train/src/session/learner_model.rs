//! A [`Gan`] as burn-train sees it: one module with one optimizer, whose parameter groups are the players.

use std::convert::Infallible;

use burn::optim::lr_scheduler::module_lr_scheduler::ModuleLearningRate;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::ExecutionError;
use burn::train::{InferenceStep, ItemLazy, TrainOutput, TrainStep};
use ganforge_model::{Discriminator, Generator};

use crate::game::TurnKey;
use crate::system::{Gan, Round};
use crate::telemetry::{GradientNorms, Reading, Totals};
use crate::weights::{gradient_norm, moves};

impl<G: Generator + 'static, D: Discriminator + 'static> TrainStep for Gan<G, D> {
    type Input = Round;
    type Output = Reading;

    /// One simultaneous update, the rule that a stock strategy of burn-train can play.
    fn step(&self, round: Round) -> TrainOutput<Reading> {
        let images = round.real.dims()[0] as u64;
        let (loss, (discriminator, generator)) = self.joint_loss(&round, TurnKey::default());
        let gradients = GradientsParams::from_grads(loss.backward(), self);
        let norms = GradientNorms {
            discriminator: gradient_norm(&gradients, &self.discriminator),
            generator: gradient_norm(&gradients, &self.generator),
        };
        let mut totals = Totals::default();
        totals.add_discriminator(discriminator);
        totals.add_generator(generator);
        TrainOutput {
            grads: gradients,
            item: totals.read(images, norms),
        }
    }

    /// Moves the players that have gradients, and what follows a move: penalties on the discriminator's
    /// weights, the generator's average.
    fn optimize(
        self,
        optimizer: &mut ModuleOptimizer,
        rates: ModuleLearningRate,
        gradients: GradientsParams,
    ) -> Self {
        let discriminator_moves = moves(&gradients, &self.discriminator);
        let generator_moves = moves(&gradients, &self.generator);
        let gradients = self.pull_to_history(gradients);
        let mut gan = optimizer.step(rates, self, gradients);
        if discriminator_moves {
            for penalty in &gan.game.penalties {
                gan.discriminator = penalty.after_update(gan.discriminator);
            }
            let history = gan.discriminator_history;
            gan.discriminator_history = history.map(|history| history.update(&gan.discriminator));
        }
        if generator_moves {
            gan.average = gan.average.map(|average| average.update(&gan.generator));
            let history = gan.generator_history;
            gan.generator_history = history.map(|history| history.update(&gan.generator));
        }
        gan
    }
}

impl<G: Generator, D: Discriminator> Gan<G, D> {
    /// Adds the cost of being far from the past to the gradients that there are.
    fn pull_to_history(&self, gradients: GradientsParams) -> GradientsParams {
        let weight = self.game.historical_averaging;
        let gradients = match &self.generator_history {
            Some(history) => history.pull(gradients, &self.generator, weight),
            None => gradients,
        };
        match &self.discriminator_history {
            Some(history) => history.pull(gradients, &self.discriminator, weight),
            None => gradients,
        }
    }
}

/// A game has no validation loss: its samples are evaluated, not its players.
impl<G: Generator + 'static, D: Discriminator + 'static> InferenceStep for Gan<G, D> {
    type Input = Infallible;
    type Output = ();

    fn step(&self, item: Infallible) {
        match item {}
    }
}

/// Already on the host.
impl ItemLazy for Reading {
    fn sync(self) -> Result<Self, ExecutionError> {
        Ok(self)
    }
}
