//! One turn of the game: a phase, and the update it leads to.

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use burn::train::Learner;
use ganforge_model::{Discriminator, Generator};
use rand::Rng;

use crate::game::{Game, UpdateRule};
use crate::gan::{Gan, Round};
use crate::gradients::gradient_norm;
use crate::loader::Latents;
use crate::moment::Moment;
use crate::play::ClipNorms;
use crate::telemetry::{GradientNorms, Totals};

/// What a turn is played with: all of [`Play`](crate::Play) but the source of rounds, which keeps to its thread.
pub struct Hand<'a, G: Generator + 'static, D: Discriminator + 'static> {
    pub learner: &'a mut Learner<Gan<G, D>>,
    pub latents: &'a Latents,
    pub clip_norms: ClipNorms,
    pub totals: &'a mut Totals,
}

impl<G: Generator + 'static, D: Discriminator + 'static> Hand<'_, G, D> {
    /// The norm of the gradient, and the fakes that were judged.
    pub fn discriminator_turn(
        &mut self,
        round: &Round,
        moment: Moment,
        measure: bool,
    ) -> (f64, Tensor<4>) {
        self.reseed("discriminator turn", moment);
        let gan = self.learner.model();
        let made = gan.fakes(&round.latent);
        let phase = gan.discriminator_phase(round, &made, moment);
        let norm = norm(measure, &phase.gradients, &gan.discriminator);
        self.totals.add_discriminator(phase.telemetry);
        let gradients = self.clip_norms.discriminator(phase.gradients, &gan);
        self.learner.optimizer_step(gradients);
        (norm, made)
    }

    /// The norm of the gradient, on the fakes `made` or on fakes from new latents under `key`.
    pub fn generator_turn(
        &mut self,
        round: &mut Round,
        made: Option<Tensor<4>>,
        key: u64,
        moment: Moment,
        measure: bool,
    ) -> f64 {
        self.reseed("generator turn", moment);
        let gan = self.learner.model();
        let made = made.unwrap_or_else(|| {
            let class = round.latent.class.take();
            round.latent = self.latents.draw("latent of a generator turn", key, class);
            gan.fakes(&round.latent)
        });
        let phase = gan.generator_phase(round, made, moment);
        let norm = norm(measure, &phase.gradients, &gan.generator);
        self.totals.add_generator(phase.telemetry);
        let gradients = self.clip_norms.generator(phase.gradients, &gan);
        self.learner.optimizer_step(gradients);
        norm
    }

    /// Both players' turns at the same weights.
    pub fn turn_of_both(
        &mut self,
        game: &Game,
        round: &Round,
        moment: Moment,
        measure: bool,
    ) -> GradientNorms {
        self.reseed("turn of both", moment);
        let gan = self.learner.model();
        let phases = if game.update == UpdateRule::OneStage {
            gan.one_stage_phase(round, moment)
        } else {
            gan.simultaneous_phase(round, moment)
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
        norms
    }

    /// `batches` of the step's real images were shown before this turn.
    pub fn moment(&self, game: &Game, step: u64, turn: usize, batches: usize) -> Moment {
        let before = step * game.batches_per_step() as u64 + batches as u64;
        Moment {
            seed: self.latents.seed,
            turn: (step << 16) + turn as u64,
            images: before * self.latents.batch as u64,
        }
    }

    /// Masks and noise drawn on the device follow from the key too, so that a resumed run draws the same.
    fn reseed(&self, purpose: &str, moment: Moment) {
        self.latents.device.seed(moment.rng(purpose).next_u64());
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
