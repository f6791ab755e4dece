//! What each player is paid: losses as pure functions of logits.
//!
//! A logit `s` is the discriminator's unbounded score of one image. All losses are means over the batch and are
//! minimised. Each is written in the form that stays finite where its textbook form would not.

mod divergence;
mod energy;
mod least_squares;
mod logistic;
mod named;
mod relativistic;

use burn::tensor::{Tensor, activation};

pub use divergence::Divergence;
pub use energy::Equilibrium;
pub use least_squares::Targets;
pub use logistic::jensen_shannon;
pub use relativistic::{Base, Opponent};

use crate::error::RecipeError;

/// The value both players fight over, and what the generator minimises in its stead.
///
/// A recipe gives its [name](Self::name), as in `payoff = "hinge"`, or a table where something differs from the
/// default: `payoff = { kind = "least-squares", real = 1, fake = -1, generator = 0 }`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Payoff {
    /// Zero-sum: the generator minimises E[log(1 - D(G(z)))] (Goodfellow et al. 2014, eq. 1).
    Minimax,
    /// The generator maximises E[log D(G(z))] (Goodfellow et al. 2014, section 3).
    NonSaturating,
    /// The generator minimises -E[exp(σ⁻¹(D(G(z))))], whose expected gradient is that of maximum likelihood
    /// when D is optimal (Goodfellow 2014, "On distinguishability criteria", section 5).
    MaximumLikelihood,
    /// Least squares on logits (Mao et al. 2017, eq. 9).
    LeastSquares(Targets),
    /// The critic's difference of means (Arjovsky et al. 2017, eq. 2); needs a bound on the critic's slope.
    Wasserstein,
    /// Margins of one (Lim & Ye 2017; Miyato et al. 2018, eqs. 16 and 17).
    Hinge,
    /// The variational bound of an f-divergence (Nowozin et al. 2016, "f-GAN", eqs. 6 and 7).
    Divergence {
        /// Which one.
        of: Divergence,
        /// The generator maximises E[g(s)] over fakes in place of its part of the bound (section 3.2), which
        /// pulls harder where the discriminator is sure of a fake.
        non_saturating: bool,
    },
    /// An energy for real images, and a margin m that fakes' energies are kept above (Zhao et al. 2017, "Energy-based
    /// Generative Adversarial Network", equations 1 and 2); for a discriminator that scores the energy.
    EnergyMargin {
        /// m, above 0, in the unit of the energy.
        margin: f64,
    },
    /// Fakes' energies weigh in the discriminator's loss by a number k that holds both energies at a ratio (Berthelot et
    /// al. 2017, "BEGAN", section 3.4); for a discriminator that scores the energy.
    Balanced(Equilibrium),
    /// Scores count only against those of the other kind of image (Jolicoeur-Martineau 2018).
    Relativistic {
        /// What a score is compared with.
        against: Opponent,
        /// What a difference of scores costs.
        base: Base,
    },
}

impl Payoff {
    /// Every payoff a recipe can name, with its defaults.
    pub const ALL: [Self; 19] = [
        Self::Minimax,
        Self::NonSaturating,
        Self::MaximumLikelihood,
        Self::LeastSquares(Targets::BINARY),
        Self::Wasserstein,
        Self::Hinge,
        Self::divergence(Divergence::KullbackLeibler),
        Self::divergence(Divergence::ReverseKullbackLeibler),
        Self::divergence(Divergence::Pearson),
        Self::divergence(Divergence::SquaredHellinger),
        Self::divergence(Divergence::JensenShannon),
        Self::EnergyMargin { margin: 10.0 },
        Self::Balanced(Equilibrium::PAPER),
        Self::relativistic(Opponent::Pair, Base::Logistic),
        Self::relativistic(Opponent::Pair, Base::Hinge),
        Self::relativistic(Opponent::Pair, Base::LeastSquares),
        Self::relativistic(Opponent::Average, Base::Logistic),
        Self::relativistic(Opponent::Average, Base::Hinge),
        Self::relativistic(Opponent::Average, Base::LeastSquares),
    ];

    /// The bound of a divergence, which the generator lowers as the discriminator raises it.
    #[must_use]
    pub const fn divergence(of: Divergence) -> Self {
        Self::Divergence {
            of,
            non_saturating: false,
        }
    }

    /// A payoff on differences of scores.
    #[must_use]
    pub const fn relativistic(against: Opponent, base: Base) -> Self {
        Self::Relativistic { against, base }
    }

    /// What a recipe calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Minimax => "minimax",
            Self::NonSaturating => "non-saturating",
            Self::MaximumLikelihood => "maximum-likelihood",
            Self::LeastSquares(_) => "least-squares",
            Self::Wasserstein => "wasserstein",
            Self::Hinge => "hinge",
            Self::Divergence { of, .. } => of.name(),
            Self::EnergyMargin { .. } => "energy-margin",
            Self::Balanced(_) => "balanced",
            Self::Relativistic { against, base } => relativistic::name(against, base),
        }
    }

    /// What the discriminator minimises.
    ///
    /// `smoothing` is the one-sided label smoothing of Salimans et al. 2016: the target of real images moves by
    /// this share of the way towards that of fakes, which stays. Only payoffs with targets know it, see
    /// [`has_targets`](Self::has_targets).
    ///
    /// `balance` is the k of [`Balanced`](Self::Balanced); where absent it is 0, with which games begin.
    ///
    /// # Shapes
    /// - `real`, `fake`: `[batch, outputs]`, logits
    /// - `balance`: `[1]`
    /// - output: `[1]`
    ///
    /// # Panics
    /// Where scores are compared in pairs and there are more of one kind than of the other.
    #[must_use]
    pub fn discriminator_loss(
        self,
        real: Tensor<2>,
        fake: Tensor<2>,
        smoothing: f64,
        balance: Option<Tensor<1>>,
    ) -> Tensor<1> {
        match self {
            Self::Minimax | Self::NonSaturating | Self::MaximumLikelihood => {
                logistic::discriminator_loss(real, fake, smoothing)
            }
            Self::LeastSquares(targets) => targets.discriminator_loss(real, fake, smoothing),
            Self::Wasserstein => fake.mean() - real.mean(),
            Self::Hinge => {
                activation::relu(-real + 1.0).mean() + activation::relu(fake + 1.0).mean()
            }
            Self::Divergence { of, .. } => -of.bound(real, fake),
            Self::EnergyMargin { margin } => energy::margin_loss(real, fake, margin),
            Self::Balanced(_) => Equilibrium::discriminator_loss(real, fake, balance),
            Self::Relativistic { against, base } => against.loss(base, real, fake),
        }
    }

    /// What the generator minimises.
    ///
    /// `real` scores the step's real images; a payoff that needs none never calls it.
    ///
    /// # Shapes
    /// - `fake`, and `real()`: `[batch, outputs]`, logits
    /// - output: `[1]`
    ///
    /// # Panics
    /// Where scores are compared in pairs and there are more of one kind than of the other.
    #[must_use]
    pub fn generator_loss(self, real: impl FnOnce() -> Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        match self {
            Self::Minimax => logistic::minimax(fake),
            Self::NonSaturating => logistic::non_saturating(fake),
            Self::MaximumLikelihood => logistic::maximum_likelihood(fake),
            Self::LeastSquares(targets) => targets.generator_loss(fake),
            Self::Wasserstein | Self::Hinge | Self::EnergyMargin { .. } | Self::Balanced(_) => {
                -fake.mean()
            }
            Self::Divergence {
                of,
                non_saturating: false,
            } => -of.conjugate(fake).mean(),
            Self::Divergence {
                of,
                non_saturating: true,
            } => -of.activation(fake).mean(),
            // Both players want the same of each other's images, so they swap places.
            Self::Relativistic { against, base } => against.loss(base, fake, real()),
        }
    }

    /// The value V(D, G) = E[log D(x)] + E[log(1 - D(G(z)))], for payoffs whose discriminator maximises it.
    ///
    /// With D at its optimum, V = 2·JSD - log 4 (Goodfellow et al. 2014, theorem 1).
    ///
    /// # Shapes
    /// - `real`, `fake`: `[batch, outputs]`, logits
    /// - output: `[1]`, at most 0
    #[must_use]
    pub fn value(self, real: Tensor<2>, fake: Tensor<2>) -> Option<Tensor<1>> {
        self.is_logistic().then(|| logistic::value(real, fake))
    }

    /// True where the discriminator is a classifier with a logistic loss, so that its value reads as a
    /// Jensen-Shannon divergence.
    #[must_use]
    pub fn is_logistic(self) -> bool {
        match self {
            Self::Minimax | Self::NonSaturating | Self::MaximumLikelihood => true,
            Self::Divergence { of, .. } => of.is_logistic(),
            Self::LeastSquares(_)
            | Self::Wasserstein
            | Self::Hinge
            | Self::EnergyMargin { .. }
            | Self::Balanced(_)
            | Self::Relativistic { .. } => false,
        }
    }

    /// True where real images have a target that label smoothing can move.
    #[must_use]
    pub fn has_targets(self) -> bool {
        match self {
            Self::Minimax
            | Self::NonSaturating
            | Self::MaximumLikelihood
            | Self::LeastSquares(_) => true,
            Self::Wasserstein
            | Self::Hinge
            | Self::Divergence { .. }
            | Self::EnergyMargin { .. }
            | Self::Balanced(_)
            | Self::Relativistic { .. } => false,
        }
    }

    /// True where scores are energies with their sign changed, as an autoencoder gives them.
    #[must_use]
    pub fn takes_energies(self) -> bool {
        match self {
            Self::EnergyMargin { .. } | Self::Balanced(_) => true,
            Self::Minimax
            | Self::NonSaturating
            | Self::MaximumLikelihood
            | Self::LeastSquares(_)
            | Self::Wasserstein
            | Self::Hinge
            | Self::Divergence { .. }
            | Self::Relativistic { .. } => false,
        }
    }

    /// The [judged](Self::judged) score at which an image counts as neither real nor fake. [`Balanced`](Self::Balanced) has none,
    /// for which 0 stands, above every score of an energy.
    #[must_use]
    pub fn decision_boundary(self) -> f64 {
        match self {
            Self::LeastSquares(targets) => targets.middle(),
            Self::Divergence { of, .. } => of.decision_boundary(),
            Self::EnergyMargin { margin } => -margin / 2.0,
            Self::Minimax
            | Self::NonSaturating
            | Self::MaximumLikelihood
            | Self::Wasserstein
            | Self::Hinge
            | Self::Balanced(_)
            | Self::Relativistic { .. } => 0.0,
        }
    }

    /// True where a score means nothing by itself, and only its distance from those of the other kind counts.
    #[must_use]
    pub fn compares(self) -> bool {
        match self {
            Self::Relativistic { .. } => true,
            Self::Minimax
            | Self::NonSaturating
            | Self::MaximumLikelihood
            | Self::LeastSquares(_)
            | Self::Wasserstein
            | Self::Hinge
            | Self::EnergyMargin { .. }
            | Self::Balanced(_)
            | Self::Divergence { .. } => false,
        }
    }

    /// What the discriminator holds against its decision boundary, for real images and for fakes: their scores,
    /// or their distances from the other kind's where it [compares](Self::compares) them.
    ///
    /// # Shapes
    /// - `real`, `fake`, and both outputs: `[batch, outputs]`
    ///
    /// # Panics
    /// Where scores are compared in pairs and there are more of one kind than of the other.
    #[must_use]
    pub fn judged(self, real: Tensor<2>, fake: Tensor<2>) -> [Tensor<2>; 2] {
        match self {
            Self::Relativistic { against, .. } => [
                against.advantage(real.clone(), fake.clone()),
                against.advantage(fake, real),
            ],
            Self::Minimax
            | Self::NonSaturating
            | Self::MaximumLikelihood
            | Self::LeastSquares(_)
            | Self::Wasserstein
            | Self::Hinge
            | Self::EnergyMargin { .. }
            | Self::Balanced(_)
            | Self::Divergence { .. } => [real, fake],
        }
    }

    /// What the discriminator's loss with its sign changed estimates from below, where it says how far apart real
    /// and generated images are.
    #[must_use]
    pub fn bounds(self) -> Option<&'static str> {
        match self {
            Self::Wasserstein => Some("the distance"),
            Self::Divergence { of, .. } => Some(of.title()),
            Self::Minimax
            | Self::NonSaturating
            | Self::MaximumLikelihood
            | Self::LeastSquares(_)
            | Self::Hinge
            | Self::EnergyMargin { .. }
            | Self::Balanced(_)
            | Self::Relativistic { .. } => None,
        }
    }

    /// Refuses parameters without a meaning.
    ///
    /// # Errors
    /// Names the key, the value and what would be allowed.
    pub fn check(self) -> Result<(), RecipeError> {
        match self {
            Self::LeastSquares(targets) => targets.check(),
            Self::EnergyMargin { margin } => energy::check_margin(margin),
            Self::Balanced(equilibrium) => equilibrium.check(),
            Self::Minimax
            | Self::NonSaturating
            | Self::MaximumLikelihood
            | Self::Wasserstein
            | Self::Hinge
            | Self::Divergence { .. }
            | Self::Relativistic { .. } => Ok(()),
        }
    }
}

fn square(values: Tensor<2>) -> Tensor<2> {
    values.clone() * values
}

#[cfg(test)]
mod tests;
