//! One step of the game, whichever rule it is played by.

use burn::data::dataset::DatasetError;
use burn::module::Module;
use burn::optim::GradientsParams;
use burn::train::Learner;
use ganforge_model::{Discriminator, Generator};
use rand::Rng;

use super::loader::Latents;
use crate::error::TrainError;
use crate::game::{Game, TurnKey, UpdateRule};
use crate::recipe::Optimizers;
use crate::system::{Gan, Round};
use crate::telemetry::{GradientNorms, Totals};
use crate::weights::{clip_norm, gradient_norm};

/// What tells the key of a generator turn from that of a discriminator turn in the same step.
const GENERATOR_TURNS: usize = 1 << 15;

/// Where rounds come from.
pub type RoundSource<'a> = dyn Iterator<Item = Result<Round, DatasetError>> + 'a;

/// How long each player's gradient may be; no bound where `None`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ClipNorms {
    /// Longest L2 norm of the generator's gradient.
    pub generator: Option<f64>,
    /// Longest L2 norm of the discriminator's gradient.
    pub discriminator: Option<f64>,
}

impl ClipNorms {
    /// What a recipe says.
    #[must_use]
    pub fn of(optimizers: &Optimizers) -> Self {
        Self {
            generator: optimizers.generator.clip_norm,
            discriminator: optimizers.discriminator.clip_norm,
        }
    }

    fn generator<G: Generator, D: Discriminator>(
        self,
        gradients: GradientsParams,
        gan: &Gan<G, D>,
    ) -> GradientsParams {
        match self.generator {
            Some(longest) => clip_norm(gradients, &gan.generator, longest),
            None => gradients,
        }
    }

    fn discriminator<G: Generator, D: Discriminator>(
        self,
        gradients: GradientsParams,
        gan: &Gan<G, D>,
    ) -> GradientsParams {
        match self.discriminator {
            Some(longest) => clip_norm(gradients, &gan.discriminator, longest),
            None => gradients,
        }
    }
}

/// The norm of a player's gradient where it is to be measured, which waits for the device; else 0.
fn norm<M: Module>(measure: bool, gradients: &GradientsParams, player: &M) -> f64 {
    if measure {
        gradient_norm(gradients, player)
    } else {
        0.0
    }
}

/// Plays the steps of one game.
pub struct Play<'a, G: Generator + 'static, D: Discriminator + 'static> {
    /// Both players and their optimizers.
    pub learner: &'a mut Learner<Gan<G, D>>,
    /// Real images and the latents that go with them.
    pub rounds: &'a mut RoundSource<'a>,
    /// Latents of generator turns that do not use the discriminator's fakes.
    pub latents: &'a Latents,
    /// How long each player's gradient may be.
    pub clip_norms: ClipNorms,
    /// What the steps tell about themselves.
    pub totals: Totals,
}

impl<G: Generator + 'static, D: Discriminator + 'static> Play<'_, G, D> {
    /// Plays one step. With `measure`, the gradients' norms are read back, else they are zero.
    ///
    /// # Errors
    /// Data that can no longer be read.
    pub fn step(
        &mut self,
        game: &Game,
        step: u64,
        measure: bool,
    ) -> Result<GradientNorms, TrainError> {
        self.learner.lr_step();
        match game.update {
            UpdateRule::Alternating | UpdateRule::OddEven => self.take_turns(game, step, measure),
            UpdateRule::Simultaneous | UpdateRule::OneStage => {
                self.both_at_once(game, step, measure)
            }
        }
    }

    fn take_turns(
        &mut self,
        game: &Game,
        step: u64,
        measure: bool,
    ) -> Result<GradientNorms, TrainError> {
        let mut norms = GradientNorms::default();
        let mut round = self.deal()?;
        let mut fakes = None;
        for turn in 0..game.discriminator_steps {
            if turn > 0 {
                round = self.deal()?;
            }
            let moment = self.moment(game, step, turn, turn);
            self.reseed("discriminator turn", moment);
            let gan = self.learner.model();
            let made = gan.fakes(&round.latent);
            let phase = gan.discriminator_phase(&round, &made, moment);
            let last = turn + 1 == game.discriminator_steps;
            norms.discriminator = norm(measure && last, &phase.gradients, &gan.discriminator);
            self.totals.add_discriminator(phase.telemetry);
            let gradients = self.clip_norms.discriminator(phase.gradients, &gan);
            self.learner.optimizer_step(gradients);
            // The generator has not moved since, so these are the fakes it would make again.
            fakes = (game.update == UpdateRule::Alternating).then_some(made);
        }
        for turn in 0..game.generator_steps {
            let moment = self.moment(game, step, GENERATOR_TURNS + turn, game.discriminator_steps);
            self.reseed("generator turn", moment);
            let gan = self.learner.model();
            let made = fakes.take().unwrap_or_else(|| {
                let key = step * game.generator_steps as u64 + turn as u64;
                let class = round.latent.class.take();
                round.latent = self.latents.draw("latent of a generator turn", key, class);
                gan.fakes(&round.latent)
            });
            let phase = gan.generator_phase(&round, made, moment);
            let last = turn + 1 == game.generator_steps;
            norms.generator = norm(measure && last, &phase.gradients, &gan.generator);
            self.totals.add_generator(phase.telemetry);
            let gradients = self.clip_norms.generator(phase.gradients, &gan);
            self.learner.optimizer_step(gradients);
        }
        Ok(norms)
    }

    fn both_at_once(
        &mut self,
        game: &Game,
        step: u64,
        measure: bool,
    ) -> Result<GradientNorms, TrainError> {
        let round = self.deal()?;
        let moment = self.moment(game, step, 0, 0);
        self.reseed("turn of both", moment);
        let gan = self.learner.model();
        let phases = if game.update == UpdateRule::OneStage {
            gan.one_stage_phase(&round, moment)
        } else {
            gan.simultaneous_phase(&round, moment)
        };
        let norms = GradientNorms {
            discriminator: norm(measure, &phases.discriminator, &gan.discriminator),
            generator: norm(measure, &phases.generator, &gan.generator),
        };
        let (discriminator, generator) = phases.telemetry;
        self.totals.add_discriminator(discriminator);
        self.totals.add_generator(generator);
        for gradients in [
            self.clip_norms.discriminator(phases.discriminator, &gan),
            self.clip_norms.generator(phases.generator, &gan),
        ] {
            self.learner.optimizer_step(gradients);
        }
        Ok(norms)
    }

    fn deal(&mut self) -> Result<Round, TrainError> {
        match self.rounds.next() {
            Some(Ok(round)) => Ok(round),
            Some(Err(error)) => Err(TrainError::Stopped(error.to_string())),
            None => Err(TrainError::Stopped("the data came to an end".to_owned())),
        }
    }

    /// `batches` of the step's real images were shown before this turn.
    fn moment(&self, game: &Game, step: u64, turn: usize, batches: usize) -> TurnKey {
        let before = step * game.batches_per_step() as u64 + batches as u64;
        TurnKey {
            seed: self.latents.seed,
            turn: (step << 16) + turn as u64,
            images: before * self.latents.batch as u64,
        }
    }

    /// Masks and noise drawn on the device follow from the key too, so that a resumed run draws the same.
    fn reseed(&self, purpose: &str, moment: TurnKey) {
        self.latents.device.seed(moment.rng(purpose).next_u64());
    }
}

#[cfg(test)]
#[path = "play_tests.rs"]
mod tests;
