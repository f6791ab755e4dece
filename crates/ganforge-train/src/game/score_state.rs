//! State that the rules keep about a discriminator's past scores.

use std::vec;

use burn::module::{Module, ModuleDisplay};
use burn::tensor::{Device, Tensor};

use super::Game;
use super::balance::Balance;
use super::payoff::Payoff;
use super::penalty::{Anchors, Penalty};

/// The scores of one discriminator in one of its turns, without gradients.
#[derive(Debug, Clone)]
pub struct Observation {
    /// `[batch, outputs]`, of real images.
    pub real: Tensor<2>,
    /// `[batch, outputs]`, of fakes.
    pub fake: Tensor<2>,
}

/// State of the rules for one discriminator, beside its weights. Clones share it; records contain it.
#[derive(Module, Debug)]
pub struct ScoreState {
    /// Moving averages of the scores, for the penalty `LeCam`.
    pub anchors: Option<Anchors>,
    /// The weight of fakes, for the payoff `balanced`.
    pub balance: Option<Balance>,
}

impl ScoreState {
    /// The initial state that the rules need.
    #[must_use]
    pub fn new(game: &Game, device: &Device) -> Self {
        let averages_scores = |penalty: &Penalty| matches!(penalty, Penalty::LeCam { .. });
        let anchors = game.penalties.iter().any(averages_scores);
        Self {
            anchors: anchors.then(|| Anchors::new(device)),
            balance: matches!(game.payoff, Payoff::Balanced(_)).then(|| Balance::new(device)),
        }
    }

    /// True where there is nothing to remember.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.anchors.is_none() && self.balance.is_none()
    }

    /// Takes the scores of a turn into account.
    pub fn observe(&self, game: &Game, scores: &Observation) {
        if let (Payoff::Balanced(equilibrium), Some(balance)) = (game.payoff, &self.balance) {
            balance.observe(&scores.real, &scores.fake, equilibrium);
        }
        for penalty in &game.penalties {
            if let (Penalty::LeCam { decay, .. }, Some(anchors)) = (penalty, &self.anchors) {
                anchors.observe(&scores.real, &scores.fake, *decay);
            }
        }
    }
}

/// The state of all discriminators of a player: one, or an array of them.
pub trait PlayerState: Module + ModuleDisplay {
    /// The initial state of the discriminators.
    fn new(game: &Game, device: &Device) -> Self;

    /// Updates the states by the scores of a turn, one [`Observation`] per discriminator, in order.
    fn observe(&self, game: &Game, scores: &mut vec::IntoIter<Observation>);
}

impl PlayerState for ScoreState {
    fn new(game: &Game, device: &Device) -> Self {
        Self::new(game, device)
    }

    fn observe(&self, game: &Game, scores: &mut vec::IntoIter<Observation>) {
        if let Some(scores) = scores.next() {
            self.observe(game, &scores);
        }
    }
}

impl<T: PlayerState, const N: usize> PlayerState for [T; N] {
    fn new(game: &Game, device: &Device) -> Self {
        std::array::from_fn(|_| T::new(game, device))
    }

    fn observe(&self, game: &Game, scores: &mut vec::IntoIter<Observation>) {
        for state in self {
            state.observe(game, scores);
        }
    }
}
