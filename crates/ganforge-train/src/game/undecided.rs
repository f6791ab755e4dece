//! The losses at a discriminator that cannot distinguish real from generated images.

use burn::tensor::{Device, Tensor};

use super::Game;
use super::payoff::Payoff;

/// The losses of both players, without penalties, where the discriminator gives every image the same score.
///
/// ```
/// use ganforge_train::Payoff;
/// use ganforge_train::burn::tensor::Device;
/// use ganforge_train::game::{AtUndecided, Game, Undecided};
///
/// // Wasserstein: the difference of two equal scores, and a score.
/// let undecided = Undecided::of(&Game::new(Payoff::Wasserstein), &Device::flex());
/// assert_eq!(undecided.discriminator, Some(0.0));
/// assert_eq!(undecided.generator, AtUndecided::Score);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Undecided {
    /// The discriminator's loss; `None` for a game that has no such state.
    pub discriminator: Option<f64>,
    /// The generator's loss.
    pub generator: AtUndecided,
    /// True where the discriminator's loss depends on differences of scores alone, so that all scores may drift together.
    pub scores_are_free: bool,
}

/// The generator's loss at an undecided discriminator, or why it has no fixed value there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AtUndecided {
    /// The loss.
    Loss(f64),
    /// It is a score, and scores may drift.
    Score,
    /// It is an energy.
    Energy,
    /// It has terms that do not depend on scores.
    Other,
}

impl Undecided {
    /// The losses of a game's payoff.
    #[must_use]
    pub fn of(game: &Game, device: &Device) -> Self {
        let undecided = Self::of_losses(game, device, |scores| {
            let (payoff, smoothing) = (game.payoff, game.label_smoothing);
            let [real, fake] = [scores.clone(), scores.clone()];
            let discriminator = payoff.discriminator_loss(real, fake, smoothing, None);
            let real = scores.clone();
            [discriminator, payoff.generator_loss(|| real, scores)]
        });
        // A distance of features replaces the payoff, or is added to it.
        if game.feature_matching.is_some() {
            undecided.with_other_terms()
        } else {
            undecided
        }
    }

    /// The losses of discriminator and generator that `losses` computes where every image has the given scores, `[1, 1]`.
    pub(crate) fn of_losses(
        game: &Game,
        device: &Device,
        losses: impl Fn(Tensor<2>) -> [Tensor<1>; 2],
    ) -> Self {
        let at = |score: f64| {
            let values = losses(Tensor::full([1, 1], score, device));
            values.map(|loss| f64::from(loss.into_scalar::<f32>()))
        };
        let boundary = game.payoff.decision_boundary();
        let [here, elsewhere] = [at(boundary), at(boundary + 10.0)];
        let [discriminator_is_free, generator_is_free] =
            [0, 1].map(|player| (here[player] - elsewhere[player]).abs() < 1e-6);
        // An energy is bounded below by that of a perfect reconstruction, and so does not drift.
        let are_energies = game.payoff.takes_energies();
        let scores_are_free = discriminator_is_free && !are_energies;
        let generator = if are_energies {
            AtUndecided::Energy
        } else if scores_are_free && !generator_is_free {
            AtUndecided::Score
        } else {
            AtUndecided::Loss(here[1])
        };
        let is_balanced = matches!(game.payoff, Payoff::Balanced(_));
        Self {
            discriminator: (!is_balanced).then_some(here[0]),
            generator,
            scores_are_free,
        }
    }

    /// Sums over this number of discriminators with the same rules.
    #[must_use]
    pub fn times(self, count: usize) -> Self {
        let count = count as f64;
        Self {
            discriminator: self.discriminator.map(|loss| loss * count),
            generator: match self.generator {
                AtUndecided::Loss(loss) => AtUndecided::Loss(loss * count),
                other => other,
            },
            ..self
        }
    }

    /// The same of a generator whose loss has terms that do not depend on scores.
    #[must_use]
    pub fn with_other_terms(self) -> Self {
        Self {
            generator: AtUndecided::Other,
            ..self
        }
    }
}
