//! Relativistic payoffs (Jolicoeur-Martineau 2018, "The relativistic discriminator").
//!
//! The discriminator maximises the scores of real images relative to those of fakes, the generator the reverse, so the absolute level of scores is
//! irrelevant.

use burn::tensor::{Tensor, activation};

use super::logistic::softplus;
use super::square::square;

/// The scores that a score is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opponent {
    /// The score of the image of the other source in the same row (RGAN, section 4.2). With the logistic base this is the loss of R3GAN (Huang et al.
    /// 2024, eq. 2).
    Pair,
    /// The mean score of the other source's batch (`RaGAN`, section 4.3).
    Average,
}

/// The loss of a difference of scores, the paper's `f₁`. In each of these `f₂(y) = f₁(-y)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// -log σ(y).
    Logistic,
    /// max(0, 1 - y).
    Hinge,
    /// (y - 1)².
    LeastSquares,
}

impl Opponent {
    /// The loss of the player that raises the scores of `above` over those of `below`: the discriminator real over fake, the generator fake over
    /// real.
    pub(super) fn loss(self, base: Base, above: Tensor<2>, below: Tensor<2>) -> Tensor<1> {
        match self {
            // With f₂(y) = f₁(-y) both terms of the general form are equal, and the paper keeps one.
            Self::Pair => base.loss(self.advantage(above, below)).mean(),
            // E[f₁(above - E[below])] + E[f₂(below - E[above])].
            Self::Average => {
                let above_loss = base.loss(self.advantage(above.clone(), below.clone()));
                let below_loss = base.loss(-self.advantage(below, above));
                above_loss.mean() + below_loss.mean()
            }
        }
    }

    /// The differences of the scores `of` one source from the scores `over` which they are compared.
    pub(super) fn advantage(self, of: Tensor<2>, over: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Pair => {
                // Without this check, a batch of one would be broadcast silently.
                assert_eq!(
                    of.dims(),
                    over.dims(),
                    "a paired payoff needs as many fakes as real images"
                );
                of - over
            }
            Self::Average => of - over.mean_dim(0),
        }
    }
}

impl Base {
    fn loss(self, advantage: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Logistic => softplus(-advantage),
            Self::Hinge => activation::relu(-advantage + 1.0),
            Self::LeastSquares => square(advantage - 1.0),
        }
    }
}

/// The name of the payoff in a recipe.
pub(super) const fn name(against: Opponent, base: Base) -> &'static str {
    match (against, base) {
        (Opponent::Pair, Base::Logistic) => "relativistic-logistic",
        (Opponent::Pair, Base::Hinge) => "relativistic-hinge",
        (Opponent::Pair, Base::LeastSquares) => "relativistic-least-squares",
        (Opponent::Average, Base::Logistic) => "relativistic-average-logistic",
        (Opponent::Average, Base::Hinge) => "relativistic-average-hinge",
        (Opponent::Average, Base::LeastSquares) => "relativistic-average-least-squares",
    }
}
