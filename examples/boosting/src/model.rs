//! The energy model.

use serde::{Deserialize, Serialize};

use crate::data::BinaryImages;

/// What a feature does to w·x + c.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// log(1 + e^a): minus the free energy of a hidden unit of a restricted Boltzmann machine.
    #[default]
    Softplus,
    /// a itself. Such a feature learns nothing: once the means of the pixels match, the optimum of the logistic regression is w = 0.
    Linear,
}

/// One feature f(x).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// w, one for each pixel.
    pub weights: Vec<f64>,
    /// c.
    pub bias: f64,
    /// The nonlinearity.
    pub activation: Activation,
}

/// α f(x).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// f.
    pub feature: Feature,
    /// α, in [0, 1].
    pub coefficient: f64,
}

/// `log p(x) = b·x + Σ_k α_k f_k(x) - log Z`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// b, one for each pixel.
    pub bias: Vec<f64>,
    /// The features with their coefficients, in the order in which they were added.
    pub terms: Vec<Term>,
}

impl Activation {
    /// The value of a feature where w·x + c is `a`.
    #[must_use]
    pub fn value(self, a: f64) -> f64 {
        match self {
            Self::Softplus => softplus(a),
            Self::Linear => a,
        }
    }

    /// The value with its derivative.
    #[must_use]
    pub fn with_derivative(self, a: f64) -> [f64; 2] {
        match self {
            Self::Softplus => {
                let tail = (-a.abs()).exp();
                let larger = 1.0 / (1.0 + tail);
                let derivative = if a < 0.0 { tail * larger } else { larger };
                [a.max(0.0) + tail.ln_1p(), derivative]
            }
            Self::Linear => [a, 1.0],
        }
    }
}

impl Feature {
    /// w·x + c.
    #[must_use]
    pub fn input(&self, x: &[f64]) -> f64 {
        dot(&self.weights, x) + self.bias
    }

    /// f(x).
    #[must_use]
    pub fn value(&self, x: &[f64]) -> f64 {
        self.activation.value(self.input(x))
    }
}

impl Model {
    /// Independent pixels with the means of the images, by Laplace's rule: a pixel that is never on has a probability of 1/(n + 2).
    #[must_use]
    pub fn independent(images: &BinaryImages) -> Self {
        let count = images.count() as f64;
        let means = images.means().into_iter();
        let odds = means.map(|mean| {
            let mean = mean.clamp(1.0 / (count + 2.0), (count + 1.0) / (count + 2.0));
            (mean / (1.0 - mean)).ln()
        });
        Self {
            bias: odds.collect(),
            terms: Vec::new(),
        }
    }

    /// Number of pixels.
    #[must_use]
    pub fn pixels(&self) -> usize {
        self.bias.len()
    }

    /// log p(x) + log Z.
    #[must_use]
    pub fn log_weight(&self, x: &[f64]) -> f64 {
        let terms = self
            .terms
            .iter()
            .map(|term| term.coefficient * term.feature.value(x));
        dot(&self.bias, x) + terms.sum::<f64>()
    }

    /// The mean of [`log_weight`](Self::log_weight) over images; less log Z it is their log-likelihood in nats.
    #[must_use]
    pub fn mean_log_weight(&self, images: &BinaryImages) -> f64 {
        let sum: f64 = images.rows().map(|x| self.log_weight(x)).sum();
        sum / images.count() as f64
    }
}

/// log(1 + e^a).
#[must_use]
pub fn softplus(a: f64) -> f64 {
    a.max(0.0) + (-a.abs()).exp().ln_1p()
}

/// 1 / (1 + e^-a).
#[must_use]
pub fn sigmoid(a: f64) -> f64 {
    1.0 / (1.0 + (-a).exp())
}

/// The logarithm of a sum of exponentials.
#[must_use]
pub fn log_sum_exp(values: &[f64]) -> f64 {
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = values.iter().map(|value| (value - most).exp()).sum();
    most + sum.ln()
}

pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
