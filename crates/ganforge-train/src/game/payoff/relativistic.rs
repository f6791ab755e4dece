//! Relativistic payoffs (Jolicoeur-Martineau 2018, "The relativistic discriminator").
//!
//! The discriminator is paid for scoring real images above fakes, the generator for the reverse, so that the
//! level of scores means nothing.

use burn::tensor::{Tensor, activation};

use super::logistic::softplus;
use super::square;

/// What a score is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opponent {
    /// The score of one image of the other kind, the one in the same row (RGAN, section 4.2). With the logistic
    /// base this is the payoff of R3GAN (Huang et al. 2024, eq. 2).
    Pair,
    /// The mean score of the other kind's batch (`RaGAN`, section 4.3).
    Average,
}

/// What a difference of scores costs: the `f₁` of the paper. In each of these `f₂(y) = f₁(-y)`.
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
    /// What the player pays who wants the scores of `above` over those of `below`: the discriminator real over
    /// fake, the generator fake over real.
    pub(super) fn loss(self, base: Base, above: Tensor<2>, below: Tensor<2>) -> Tensor<1> {
        match self {
            // With f₂(y) = f₁(-y) both terms of the general form are the same number, and the paper keeps one.
            Self::Pair => base.cost(self.advantage(above, below)).mean(),
            // E[f₁(above - E[below])] + E[f₂(below - E[above])].
            Self::Average => {
                let lead = base.cost(self.advantage(above.clone(), below.clone()));
                let lag = base.cost(-self.advantage(below, above));
                lead.mean() + lag.mean()
            }
        }
    }

    /// How far the scores of one kind of image lie above those of the other.
    pub(super) fn advantage(self, of: Tensor<2>, over: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Pair => {
                // A batch of one would be broadcast without a word.
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
    fn cost(self, advantage: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Logistic => softplus(-advantage),
            Self::Hinge => activation::relu(-advantage + 1.0),
            Self::LeastSquares => square(advantage - 1.0),
        }
    }
}

/// What a recipe calls the payoff.
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
