//! f-divergences through their variational bound (Nowozin et al. 2016, "f-GAN").
//!
//! For a convex f with f(1) = 0, `D_f(P‖Q) = E_Q[f(p/q)]` is at least `E_P[T] - E_Q[f*(T)]`, with equality at
//! T = f'(p/q) (eqs. 4 and 5). T must stay where the conjugate f* is finite, so it is an increasing function g of a
//! free score (eq. 7 and table 2). f*∘g is written out here, because g leaves single precision where f*∘g does not.

use std::f64::consts::LN_2;

use burn::tensor::Tensor;

use super::logistic::softplus;
use super::square::square;

/// The f-divergence between the distribution P of real images and the generator's Q, in nats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Divergence {
    /// KL(P‖Q), f(u) = u log u: mode-covering.
    KullbackLeibler,
    /// KL(Q‖P), f(u) = -log u: mode-seeking.
    ReverseKullbackLeibler,
    /// `E_Q[(p/q - 1)²]`, f(u) = (u - 1)².
    Pearson,
    /// `E_Q[(√(p/q) - 1)²]`, f(u) = (√u - 1)².
    SquaredHellinger,
    /// Twice the Jensen-Shannon divergence, f(u) = u log u - (u + 1) log((u + 1)/2): minimax, shifted by log 4.
    JensenShannon,
}

impl Divergence {
    /// `E_P[g(s)] - E_Q[f*(g(s))]` (Nowozin et al. 2016, eq. 7).
    pub(super) fn bound(self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        self.activation(real).mean() - self.conjugate(fake).mean()
    }

    /// g(s), table 2 of the paper.
    pub(super) fn activation(self, score: Tensor<2>) -> Tensor<2> {
        match self {
            Self::KullbackLeibler | Self::Pearson => score,
            Self::ReverseKullbackLeibler => -(-score).exp(),
            Self::SquaredHellinger => -(-score).exp() + 1.0,
            Self::JensenShannon => -softplus(-score) + LN_2,
        }
    }

    /// f*(g(s)), with f* of table 6 of the paper.
    pub(super) fn conjugate(self, score: Tensor<2>) -> Tensor<2> {
        match self {
            // f*(t) = exp(t - 1).
            Self::KullbackLeibler => (score - 1.0).exp(),
            // f*(t) = -1 - log(-t), and log(-t) = -s.
            Self::ReverseKullbackLeibler => score - 1.0,
            // f*(t) = t²/4 + t.
            Self::Pearson => square(score.clone()) * 0.25 + score,
            // f*(t) = t/(1 - t) with 1 - t = exp(-s).
            Self::SquaredHellinger => score.exp() - 1.0,
            // f*(t) = -log(2 - exp t) with exp t = 2σ(s).
            Self::JensenShannon => softplus(score) - LN_2,
        }
    }

    /// The score at which an image is equally likely under P and Q: g(s) = f'(1), table 2 of the paper.
    pub(super) fn decision_boundary(self) -> f64 {
        match self {
            Self::KullbackLeibler => 1.0,
            Self::ReverseKullbackLeibler
            | Self::Pearson
            | Self::SquaredHellinger
            | Self::JensenShannon => 0.0,
        }
    }

    /// Whether the bound equals the value of the original GAN up to a constant.
    pub(super) fn is_logistic(self) -> bool {
        match self {
            Self::JensenShannon => true,
            Self::KullbackLeibler
            | Self::ReverseKullbackLeibler
            | Self::Pearson
            | Self::SquaredHellinger => false,
        }
    }

    /// The name of the payoff in a recipe.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::KullbackLeibler => "f-kl",
            Self::ReverseKullbackLeibler => "f-reverse-kl",
            Self::Pearson => "f-pearson",
            Self::SquaredHellinger => "f-squared-hellinger",
            Self::JensenShannon => "f-jensen-shannon",
        }
    }

    /// The name of the divergence, for use in a sentence.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::KullbackLeibler => "the Kullback-Leibler divergence",
            Self::ReverseKullbackLeibler => "the reverse Kullback-Leibler divergence",
            Self::Pearson => "the Pearson χ² divergence",
            Self::SquaredHellinger => "the squared Hellinger distance",
            Self::JensenShannon => "twice the Jensen-Shannon divergence",
        }
    }
}
