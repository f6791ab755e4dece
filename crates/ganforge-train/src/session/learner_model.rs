//! [`Players`] as a burn-train model: one module with one optimizer, whose parameter groups are the players.

use std::convert::Infallible;

use burn::optim::lr_scheduler::module_lr_scheduler::ModuleLearningRate;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::ExecutionError;
use burn::train::{InferenceStep, ItemLazy, Learner, TrainOutput, TrainStep};

use crate::experiment::Experiment;
use crate::game::{PerPlayer, Player, TurnKey};
use crate::optimizer::{module_optimizer, module_schedule};
use crate::system::{Players, System};
use crate::telemetry::{Reading, Totals};
use crate::weights::has_gradients;

/// The players with an optimizer and a schedule for each, as the experiment configures them.
pub fn learner<S: System>(experiment: &Experiment, players: Players<S>) -> Learner<Players<S>> {
    let images_per_step = experiment.images_per_step();
    let config = &experiment.optimizer;
    let optimizer = module_optimizer(config, &players, images_per_step);
    let schedule = module_schedule(config, &players, experiment.steps(), images_per_step);
    Learner::new(players, optimizer, schedule)
}

impl<S: System> TrainStep for Players<S> {
    type Input = S::Round;
    type Output = Reading;

    /// One simultaneous update, the rule that a built-in strategy of burn-train can run. It counts no images.
    fn step(&self, round: S::Round) -> TrainOutput<Reading> {
        let turn = self.turn(&round, TurnKey::default());
        let losses = self.system.joint_losses(turn, self.generate(&round));
        let sum = losses.discriminator.loss + losses.generator.loss;
        let gradients = GradientsParams::from_grads(sum.backward(), self);
        let norms = PerPlayer {
            discriminator: self.gradient_norm(Player::Discriminator, &gradients),
            generator: self.gradient_norm(Player::Generator, &gradients),
        };
        let mut totals = Totals::default();
        totals.add(Player::Discriminator, losses.discriminator.terms);
        totals.add(Player::Generator, losses.generator.terms);
        TrainOutput {
            grads: gradients,
            item: totals.read(0, norms),
        }
    }

    /// Updates the players that have gradients, then applies penalties on the discriminator's weights and updates averages and
    /// histories.
    fn optimize(
        self,
        optimizer: &mut ModuleOptimizer,
        rates: ModuleLearningRate,
        gradients: GradientsParams,
    ) -> Self {
        let discriminator_moves = has_gradients(&gradients, &self.discriminator);
        let generator_moves = has_gradients(&gradients, &self.generator);
        let gradients = self.add_history_gradient(gradients);
        let mut players = optimizer.step(rates, self, gradients);
        if discriminator_moves {
            for penalty in &players.game.penalties {
                players.discriminator = penalty.after_update(players.discriminator);
            }
            let history = players.discriminator_history;
            players.discriminator_history =
                history.map(|history| history.update(&players.discriminator));
            let average = players.discriminator_average;
            players.discriminator_average =
                average.map(|average| average.update(&players.discriminator));
        }
        if generator_moves {
            let average = players.average;
            players.average = average.map(|average| average.update(&players.generator));
            let history = players.generator_history;
            players.generator_history = history.map(|history| history.update(&players.generator));
        }
        players
    }
}

impl<S: System> Players<S> {
    /// Adds the gradient of historical averaging to the existing gradients.
    fn add_history_gradient(&self, gradients: GradientsParams) -> GradientsParams {
        let weight = self.game.historical_averaging;
        let gradients = match &self.generator_history {
            Some(history) => history.add_gradient(gradients, &self.generator, weight),
            None => gradients,
        };
        match &self.discriminator_history {
            Some(history) => history.add_gradient(gradients, &self.discriminator, weight),
            None => gradients,
        }
    }
}

/// A game has no validation loss: its samples are evaluated instead.
impl<S: System> InferenceStep for Players<S> {
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
