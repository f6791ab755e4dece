//! One step of the game, whichever rule it is played by.

use burn::data::dataset::DatasetError;
use burn::train::Learner;
use ganforge_model::{Discriminator, Generator, keyed_rng};
use rand::Rng;

use crate::error::TrainError;
use crate::game::{Game, UpdateRule};
use crate::gan::{Gan, Round};
use crate::gradients::gradient_norm;
use crate::loader::Latents;
use crate::telemetry::{GradientNorms, Totals};

/// Where rounds come from.
pub type RoundSource<'a> = dyn Iterator<Item = Result<Round, DatasetError>> + 'a;

/// Plays the steps of one game.
pub struct Play<'a, G: Generator + 'static, D: Discriminator + 'static> {
    /// Both players and their optimizers.
    pub learner: &'a mut Learner<Gan<G, D>>,
    /// Real images and the latents that go with them.
    pub rounds: &'a mut RoundSource<'a>,
    /// Latents of generator turns beyond the first.
    pub latents: &'a Latents,
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
            UpdateRule::Alternating => self.alternate(game, step, measure),
            UpdateRule::Simultaneous => self.both_at_once(step, measure),
        }
    }

    fn alternate(
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
            self.reseed("discriminator turn", step, turn);
            let gan = self.learner.model();
            let made = gan.fakes(&round.latent);
            let phase = gan.discriminator_phase(&round, &made);
            if measure && turn + 1 == game.discriminator_steps {
                norms.discriminator = gradient_norm(&phase.gradients, &gan.discriminator);
            }
            self.totals.add_discriminator(phase.telemetry);
            self.learner.optimizer_step(phase.gradients);
            fakes = Some(made);
        }
        for turn in 0..game.generator_steps {
            self.reseed("generator turn", step, turn);
            let gan = self.learner.model();
            let made = fakes.take().unwrap_or_else(|| {
                let key = step * game.generator_steps as u64 + turn as u64;
                round.latent = self.latents.draw(
                    "latent of a further generator turn",
                    key,
                    round.latent.class.take(),
                );
                gan.fakes(&round.latent)
            });
            let phase = gan.generator_phase(&round, made);
            if measure && turn + 1 == game.generator_steps {
                norms.generator = gradient_norm(&phase.gradients, &gan.generator);
            }
            self.totals.add_generator(phase.telemetry);
            self.learner.optimizer_step(phase.gradients);
        }
        Ok(norms)
    }

    fn both_at_once(&mut self, step: u64, measure: bool) -> Result<GradientNorms, TrainError> {
        let round = self.deal()?;
        self.reseed("simultaneous turn", step, 0);
        let gan = self.learner.model();
        let phase = gan.simultaneous_phase(&round);
        let mut norms = GradientNorms::default();
        if measure {
            norms.discriminator = gradient_norm(&phase.gradients, &gan.discriminator);
            norms.generator = gradient_norm(&phase.gradients, &gan.generator);
        }
        let (discriminator, generator) = phase.telemetry;
        self.totals.add_discriminator(discriminator);
        self.totals.add_generator(generator);
        self.learner.optimizer_step(phase.gradients);
        Ok(norms)
    }

    fn deal(&mut self) -> Result<Round, TrainError> {
        match self.rounds.next() {
            Some(Ok(round)) => Ok(round),
            Some(Err(error)) => Err(TrainError::Stopped(error.to_string())),
            None => Err(TrainError::Stopped("the data came to an end".to_owned())),
        }
    }

    /// Masks and noise drawn on the device follow from the key too, so that a resumed run draws the same.
    fn reseed(&self, purpose: &str, step: u64, turn: usize) {
        let key = (step << 16) + turn as u64;
        let seed = keyed_rng(self.latents.seed, purpose, key).next_u64();
        self.latents.device.seed(seed);
    }
}
