//! One step of the game, by any update rule.

use burn::data::dataset::DatasetError;
use burn::optim::GradientsParams;
use burn::train::Learner;
use rand::Rng;

use crate::error::TrainError;
use crate::game::{Game, Loss, PerPlayer, Player, PlayerState, TurnKey, UpdateRule};
use crate::system::{Latents, Players, System};
use crate::telemetry::Totals;

/// Distinguishes the key of a generator turn from that of a discriminator turn in the same step.
const GENERATOR_TURNS: usize = 1 << 15;

/// The source of rounds.
pub type RoundSource<'a, S> = dyn Iterator<Item = Result<<S as System>::Round, DatasetError>> + 'a;

/// Plays the steps of one game.
pub struct Play<'a, S: System> {
    learner: &'a mut Learner<Players<S>>,
    rounds: &'a mut RoundSource<'a, S>,
    latents: &'a Latents,
    game: Game,
    clip_norms: PerPlayer<Option<f64>>,
    totals: Totals,
}

impl<'a, S: System> Play<'a, S> {
    /// A game between the players of `learner`, with `rounds` as the inputs of their turns. `latents` are for generator turns that do not reuse the
    /// discriminator's fakes.
    pub fn new(
        learner: &'a mut Learner<Players<S>>,
        rounds: &'a mut RoundSource<'a, S>,
        latents: &'a Latents,
    ) -> Self {
        Self {
            game: learner.model().game,
            learner,
            rounds,
            latents,
            clip_norms: PerPlayer::default(),
            totals: Totals::default(),
        }
    }

    /// Sets the largest L2 norm of each player's gradient; `None` for no clipping.
    #[must_use]
    pub fn with_clip_norms(self, clip_norms: PerPlayer<Option<f64>>) -> Self {
        Self { clip_norms, ..self }
    }

    /// Continues sums of an earlier session.
    #[must_use]
    pub fn with_totals(self, totals: Totals) -> Self {
        Self { totals, ..self }
    }

    /// Both players in their current state, with their optimizers.
    #[must_use]
    pub fn learner(&self) -> &Learner<Players<S>> {
        self.learner
    }

    /// The sums of the values that steps report.
    pub fn totals(&mut self) -> &mut Totals {
        &mut self.totals
    }

    /// Runs one step. With `measure`, the L2 norms of both gradients are read back, else they are zero.
    ///
    /// # Errors
    /// If data can no longer be read.
    pub fn step(&mut self, step: u64, measure: bool) -> Result<PerPlayer<f64>, TrainError> {
        self.learner.lr_step();
        match self.game.update {
            UpdateRule::Alternating | UpdateRule::OddEven => self.take_turns(step, measure),
            UpdateRule::Simultaneous | UpdateRule::OneStage => self.both_at_once(step, measure),
        }
    }

    fn take_turns(&mut self, step: u64, measure: bool) -> Result<PerPlayer<f64>, TrainError> {
        let Game {
            update,
            discriminator_steps,
            generator_steps,
            ..
        } = self.game;
        let mut norms = PerPlayer::default();
        let mut round = self.next_round()?;
        let mut generated = None;
        for turn in 0..discriminator_steps {
            if turn > 0 {
                round = self.next_round()?;
            }
            let key = self.key(step, turn, turn);
            self.reseed("discriminator turn", key);
            let players = self.learner.model();
            let made = players.generate(&round);
            let loss = players
                .system
                .discriminator_loss(players.turn(&round, key), made.clone());
            let last = turn + 1 == discriminator_steps;
            norms.discriminator =
                self.move_player(&players, Player::Discriminator, loss, measure && last);
            // The generator has not changed since, so these fakes are current.
            generated = (update == UpdateRule::Alternating).then_some(made);
        }
        for turn in 0..generator_steps {
            let key = self.key(step, GENERATOR_TURNS + turn, discriminator_steps);
            self.reseed("generator turn", key);
            let players = self.learner.model();
            let made = if let Some(made) = generated.take() {
                made
            } else {
                let draw = step * generator_steps as u64 + turn as u64;
                round = players.system.redraw(round, self.latents, draw);
                players.generate(&round)
            };
            let loss = players
                .system
                .generator_loss(players.turn(&round, key), made);
            let last = turn + 1 == generator_steps;
            norms.generator = self.move_player(&players, Player::Generator, loss, measure && last);
        }
        Ok(norms)
    }

    fn both_at_once(&mut self, step: u64, measure: bool) -> Result<PerPlayer<f64>, TrainError> {
        let round = self.next_round()?;
        let key = self.key(step, 0, 0);
        self.reseed("turn of both", key);
        let players = self.learner.model();
        let generated = players.generate(&round);
        let turn = players.turn(&round, key);
        let both = if self.game.update == UpdateRule::OneStage {
            players.system.one_stage(turn, generated)
        } else {
            players.joint_gradients(turn, generated)
        };
        let norm = |player, (gradients, _): &(GradientsParams, Loss)| {
            if measure {
                players.gradient_norm(player, gradients)
            } else {
                0.0
            }
        };
        let norms = PerPlayer {
            discriminator: norm(Player::Discriminator, &both.discriminator),
            generator: norm(Player::Generator, &both.generator),
        };
        for (player, (gradients, loss)) in [
            (Player::Discriminator, both.discriminator),
            (Player::Generator, both.generator),
        ] {
            self.apply(&players, player, gradients, loss);
        }
        Ok(norms)
    }

    /// Updates one player by the gradient of its loss. Returns the L2 norm of the gradient if it is measured, else 0.
    fn move_player(
        &mut self,
        players: &Players<S>,
        player: Player,
        loss: Loss,
        measure: bool,
    ) -> f64 {
        let gradients = players.gradients_of(player, loss.loss.backward());
        let norm = if measure {
            players.gradient_norm(player, &gradients)
        } else {
            0.0
        };
        self.apply(players, player, gradients, loss);
        norm
    }

    fn apply(
        &mut self,
        players: &Players<S>,
        player: Player,
        gradients: GradientsParams,
        loss: Loss,
    ) {
        self.totals.add(player, loss.terms);
        let mut observations = loss.observations.into_iter();
        players.state.observe(&self.game, &mut observations);
        let gradients = match self.clip_norms[player] {
            Some(longest) => players.clip_norm(player, gradients, longest),
            None => gradients,
        };
        self.learner.optimizer_step(gradients);
    }

    fn next_round(&mut self) -> Result<S::Round, TrainError> {
        match self.rounds.next() {
            Some(Ok(round)) => Ok(round),
            Some(Err(error)) => Err(TrainError::Stopped(error.to_string())),
            None => Err(TrainError::Stopped("the data came to an end".to_owned())),
        }
    }

    /// `batches` is the number of real batches of the step that precede this turn.
    fn key(&self, step: u64, turn: usize, batches: usize) -> TurnKey {
        let before = step * self.game.batches_per_step() as u64 + batches as u64;
        TurnKey {
            seed: self.latents.seed,
            turn: (step << 16) + turn as u64,
            images: before * self.latents.batch as u64,
        }
    }

    /// Seeds the device's random number generator by the key too, so that a resumed run draws the same masks and noise.
    fn reseed(&self, purpose: &str, key: TurnKey) {
        self.latents.device.seed(key.rng(purpose).next_u64());
    }
}

#[cfg(test)]
#[path = "play_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "play_pair_tests.rs"]
mod pair_tests;

#[cfg(test)]
#[path = "reference_steps.rs"]
mod reference_steps;

#[cfg(test)]
#[path = "semi_supervised_tests.rs"]
mod semi_supervised_tests;

#[cfg(test)]
#[path = "infogan_tests.rs"]
mod infogan_tests;
