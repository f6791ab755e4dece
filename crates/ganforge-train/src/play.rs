//! One step of the game, whichever rule it is played by.

use burn::data::dataset::DatasetError;
use burn::optim::GradientsParams;
use burn::train::Learner;
use ganforge_model::{Discriminator, Generator};

use crate::error::TrainError;
use crate::game::{Game, UpdateRule};
use crate::gan::{Gan, Round};
use crate::gradients::clip_norm;
use crate::hand::Hand;
use crate::loader::Latents;
use crate::recipe::Optimizers;
use crate::telemetry::{GradientNorms, Totals};

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

    pub(crate) fn generator<G: Generator, D: Discriminator>(
        self,
        gradients: GradientsParams,
        gan: &Gan<G, D>,
    ) -> GradientsParams {
        match self.generator {
            Some(longest) => clip_norm(gradients, &gan.generator, longest),
            None => gradients,
        }
    }

    pub(crate) fn discriminator<G: Generator, D: Discriminator>(
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
            let measure = measure && turn + 1 == game.discriminator_steps;
            let made;
            (norms.discriminator, made) = self.in_pool(|mut hand| {
                let moment = hand.moment(game, step, turn, turn);
                hand.discriminator_turn(&round, moment, measure)
            });
            // The generator has not moved since, so these are the fakes it would make again.
            fakes = (game.update == UpdateRule::Alternating).then_some(made);
        }
        for turn in 0..game.generator_steps {
            let measure = measure && turn + 1 == game.generator_steps;
            norms.generator = self.in_pool(|mut hand| {
                let key = step * game.generator_steps as u64 + turn as u64;
                let moment =
                    hand.moment(game, step, GENERATOR_TURNS + turn, game.discriminator_steps);
                hand.generator_turn(&mut round, fakes.take(), key, moment, measure)
            });
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
        Ok(self.in_pool(|mut hand| {
            let moment = hand.moment(game, step, 0, 0);
            hand.turn_of_both(game, &round, moment, measure)
        }))
    }

    /// Plays a turn where its operations find their threads awake.
    fn in_pool<R: Send>(&mut self, turn: impl FnOnce(Hand<G, D>) -> R + Send) -> R {
        let hand = Hand {
            learner: self.learner,
            latents: self.latents,
            clip_norms: self.clip_norms,
            totals: &mut self.totals,
        };
        ganforge_ops::in_pool(&self.latents.device, || turn(hand))
    }

    fn deal(&mut self) -> Result<Round, TrainError> {
        match self.rounds.next() {
            Some(Ok(round)) => Ok(round),
            Some(Err(error)) => Err(TrainError::Stopped(error.to_string())),
            None => Err(TrainError::Stopped("the data came to an end".to_owned())),
        }
    }
}

#[cfg(test)]
#[path = "play_tests.rs"]
mod tests;
