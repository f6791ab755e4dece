//! The loss functions of both players, as pure functions of logits.
//!
//! A logit `s` is the discriminator's unbounded score of one image. All losses are means over the batch and are minimised, in a form that stays
//! finite where the textbook form overflows.

mod divergence;
mod energy;
mod least_squares;
mod logistic;
mod named;
mod relativistic;
mod square;

use burn::tensor::{Tensor, activation};

pub use divergence::Divergence;
pub use energy::Equilibrium;
pub use least_squares::Targets;
pub use logistic::jensen_shannon;
pub use relativistic::{Base, Opponent};

use crate::error::RecipeError;

/// The loss functions of discriminator and generator.
///
/// A recipe states the [name](Self::name), as in `payoff = "hinge"`, or a table with parameters: `payoff = { kind = "least-squares", real = 1, fake =
/// -1, generator = 0 }`.
///
/// # Examples
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use ganforge_train::game::payoff::Payoff;
///
/// let device = Device::flex();
/// let [real, fake] = [2.0, -0.5].map(|s| Tensor::<2>::from_floats([[s]], &device));
/// // E[max(0, 1 - D(x))] + E[max(0, 1 + D(G(z)))]
/// let loss = Payoff::Hinge.discriminator_loss(real.clone(), fake.clone(), 0.0, None);
/// assert_eq!(loss.into_scalar::<f32>(), 0.5);
/// let loss = Payoff::Hinge.generator_loss(|| real, fake);
/// assert_eq!(loss.into_scalar::<f32>(), 0.5);
/// ```
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
    /// Difference of the critic's mean scores (Arjovsky et al. 2017, eq. 2); requires a penalty that bounds the critic's input gradient.
    Wasserstein,
    /// Hinge loss with margin 1 (Lim & Ye 2017; Miyato et al. 2018, eqs. 16 and 17).
    Hinge,
    /// The variational bound of an f-divergence (Nowozin et al. 2016, "f-GAN", eqs. 6 and 7).
    Divergence {
        /// The divergence.
        of: Divergence,
        /// The generator maximises E[g(s)] over fakes instead of minimising its part of the bound (section 3.2), which gives larger gradients where
        /// the discriminator rejects fakes confidently.
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
        /// The scores that a score is compared with.
        against: Opponent,
        /// The loss of a difference of scores.
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

    /// The variational bound of a divergence, which the discriminator maximises and the generator minimises.
    #[must_use]
    pub const fn divergence(of: Divergence) -> Self {
        Self::Divergence {
            of,
            non_saturating: false,
        }
    }

    /// A relativistic payoff.
    #[must_use]
    pub const fn relativistic(against: Opponent, base: Base) -> Self {
        Self::Relativistic { against, base }
    }

    /// The name in a recipe.
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

    /// The discriminator's loss.
    ///
    /// `smoothing` is one-sided label smoothing (Salimans et al. 2016): it moves the target of real images by this fraction towards the target of
    /// fakes. Payoffs without [targets](Self::has_targets) ignore it.
    ///
    /// `balance` is the k of [`Balanced`](Self::Balanced); where absent it is 0, with which games begin.
    ///
    /// # Shapes
    /// - `real`, `fake`: `[batch, outputs]`, logits
    /// - `balance`: `[1]`
    /// - output: `[1]`
    ///
    /// # Panics
    /// If scores are compared in pairs and the batch sizes differ.
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

    /// The generator's loss.
    ///
    /// `real` computes the scores of real images; it is only called if the payoff needs them.
    ///
    /// # Shapes
    /// - `fake`, and `real()`: `[batch, outputs]`, logits
    /// - output: `[1]`
    ///
    /// # Panics
    /// If scores are compared in pairs and the batch sizes differ.
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
            // Both players have the same loss with the sources swapped.
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

    /// Whether the discriminator is a classifier with a logistic loss, whose value corresponds to a Jensen-Shannon divergence.
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

    /// Whether real images have a target that label smoothing can move.
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

    /// The [decision score](Self::decision_scores) score at which an image counts as neither real nor fake. [`Balanced`](Self::Balanced) has none,
    /// for which 0 stands, above every score of an energy.
    #[must_use]
    pub fn decision_boundary(self) -> f64 {
        match self {
            Self::LeastSquares(targets) => targets.midpoint(),
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

    /// Whether only differences between scores of real images and fakes matter.
    #[must_use]
    pub fn is_relativistic(self) -> bool {
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

    /// The scores that are compared with the decision boundary, of real images and of fakes: the logits, or their differences from the other source's
    /// for a [relativistic](Self::is_relativistic) payoff.
    ///
    /// # Shapes
    /// - `real`, `fake`, and both outputs: `[batch, outputs]`
    ///
    /// # Panics
    /// If scores are compared in pairs and the batch sizes differ.
    #[must_use]
    pub fn decision_scores(self, real: Tensor<2>, fake: Tensor<2>) -> [Tensor<2>; 2] {
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

    /// The name of the distance between real and generated images of which the negated discriminator loss is a lower bound, if it is one.
    #[must_use]
    pub fn estimated_distance(self) -> Option<&'static str> {
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

    /// Checks the parameters.
    ///
    /// # Errors
    /// Names the key, its value and the allowed values.
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

#[cfg(test)]
mod tests;
