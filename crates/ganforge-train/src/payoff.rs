//! What each player is paid: losses as pure functions of logits.
//!
//! A logit `s` is the discriminator's unbounded score of one image and `D = σ(s)` its belief that the image is
//! real. All losses are means over the batch and are minimised. Written with `softplus`, so that they stay
//! finite where `log D` would not: `-log σ(s) = softplus(-s)`, `-log(1 - σ(s)) = softplus(s)`.

use burn::tensor::{Tensor, activation};
use serde::{Deserialize, Serialize};

/// The value both players fight over, and what the generator minimises in its stead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Payoff {
    /// Zero-sum: the generator minimises E[log(1 - D(G(z)))] (Goodfellow et al. 2014, eq. 1).
    Minimax,
    /// The generator maximises E[log D(G(z))] (Goodfellow et al. 2014, section 3).
    NonSaturating,
    /// The generator minimises -E[exp(σ⁻¹(D(G(z))))], whose expected gradient is that of maximum likelihood
    /// when D is optimal (Goodfellow 2014, "On distinguishability criteria", section 5).
    MaximumLikelihood,
    /// Least squares on logits with targets 1 for real and 0 for fake (Mao et al. 2017, eq. 9).
    LeastSquares,
    /// The critic's difference of means (Arjovsky et al. 2017); needs a bound on the critic's slope.
    Wasserstein,
    /// Margins of one (Lim & Ye 2017; Miyato et al. 2018, eqs. 16 and 17).
    Hinge,
}

impl Payoff {
    /// What the discriminator minimises.
    ///
    /// `smoothing` is the one-sided label smoothing of Salimans et al. 2016: the target of real images is
    /// `1 - smoothing`, the target of fakes stays 0. Only payoffs with targets know it, see
    /// [`has_targets`](Self::has_targets).
    ///
    /// # Shapes
    /// - `real`, `fake`: `[batch, outputs]`, logits
    /// - output: `[1]`
    #[must_use]
    pub fn discriminator_loss(self, real: Tensor<2>, fake: Tensor<2>, smoothing: f64) -> Tensor<1> {
        match self {
            Self::Minimax | Self::NonSaturating | Self::MaximumLikelihood => {
                // Cross entropy with target 1 - a: (1-a)·softplus(-s) + a·softplus(s) = softplus(-s) + a·s.
                let on_real = softplus(-real.clone()) + real * smoothing;
                on_real.mean() + softplus(fake).mean()
            }
            Self::LeastSquares => {
                let on_real = real - (1.0 - smoothing);
                (square(on_real).mean() + square(fake).mean()) * 0.5
            }
            Self::Wasserstein => fake.mean() - real.mean(),
            Self::Hinge => {
                activation::relu(-real + 1.0).mean() + activation::relu(fake + 1.0).mean()
            }
        }
    }

    /// What the generator minimises.
    ///
    /// `real` scores the step's real images; a payoff that needs none never calls it.
    ///
    /// # Shapes
    /// - `fake`, and `real()`: `[batch, outputs]`, logits
    /// - output: `[1]`
    #[must_use]
    pub fn generator_loss(self, _real: impl FnOnce() -> Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        match self {
            Self::Minimax => -softplus(fake).mean(),
            Self::NonSaturating => softplus(-fake).mean(),
            // σ⁻¹(D) is the logit itself.
            Self::MaximumLikelihood => -fake.exp().mean(),
            Self::LeastSquares => square(fake - 1.0).mean() * 0.5,
            Self::Wasserstein | Self::Hinge => -fake.mean(),
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
        self.is_logistic()
            .then(|| -softplus(-real).mean() - softplus(fake).mean())
    }

    /// True where the discriminator is a classifier with a logistic loss, so that its value reads as a
    /// Jensen-Shannon divergence.
    #[must_use]
    pub fn is_logistic(self) -> bool {
        match self {
            Self::Minimax | Self::NonSaturating | Self::MaximumLikelihood => true,
            Self::LeastSquares | Self::Wasserstein | Self::Hinge => false,
        }
    }

    /// True where real images have a target that label smoothing can move.
    #[must_use]
    pub fn has_targets(self) -> bool {
        match self {
            Self::Minimax | Self::NonSaturating | Self::MaximumLikelihood | Self::LeastSquares => {
                true
            }
            Self::Wasserstein | Self::Hinge => false,
        }
    }

    /// The score at which an image counts as neither real nor fake.
    #[must_use]
    pub fn decision_boundary(self) -> f64 {
        match self {
            Self::LeastSquares => 0.5,
            Self::Minimax
            | Self::NonSaturating
            | Self::MaximumLikelihood
            | Self::Wasserstein
            | Self::Hinge => 0.0,
        }
    }
}

/// The Jensen-Shannon divergence, in nats, that a value V means when the discriminator is near its optimum:
/// `(V + log 4) / 2`, clamped to `[0, log 2]` (Goodfellow et al. 2014, theorem 1).
#[must_use]
pub fn jensen_shannon(value: f64) -> f64 {
    use std::f64::consts::LN_2;
    f64::midpoint(value, 2.0 * LN_2).clamp(0.0, LN_2)
}

fn softplus(logits: Tensor<2>) -> Tensor<2> {
    activation::softplus(logits, 1.0)
}

fn square(values: Tensor<2>) -> Tensor<2> {
    values.clone() * values
}

#[cfg(test)]
#[path = "payoff_tests.rs"]
mod tests;
