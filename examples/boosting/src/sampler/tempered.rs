//! One sweep of Gibbs sampling, at any temperature.

use ganforge_core::ChaCha8Rng;
use rand_distr::{Distribution, StandardUniform};

use crate::model::{Activation, Model, Term, dot, sigmoid};

/// A distribution between independent pixels and a model: `log p(x) = ((1 - β) b₀ + β b)·x + Σ_k α_k f(β (w_k·x + c_k)) - log Z(β)`.
///
/// At β = 1 it is the model; at β = 0 the pixels are independent with the odds b₀, and every feature is constant.
#[derive(Debug, Clone, Copy)]
pub struct Tempered<'a> {
    /// The model.
    pub model: &'a Model,
    /// b₀.
    pub base: &'a [f64],
    /// β, in [0, 1].
    pub beta: f64,
}

impl<'a> Tempered<'a> {
    /// The model itself.
    #[must_use]
    pub fn model(model: &'a Model) -> Self {
        Self {
            model,
            base: &model.bias,
            beta: 1.0,
        }
    }

    /// log p(x) + log Z(β).
    #[must_use]
    pub fn log_weight(&self, x: &[f64]) -> f64 {
        let terms = self.model.terms.iter().map(|term| {
            let input = self.beta * term.feature.input(x);
            term.coefficient * term.feature.activation.value(input)
        });
        let base = (1.0 - self.beta) * dot(self.base, x);
        base + self.beta * dot(&self.model.bias, x) + terms.sum::<f64>()
    }

    /// Moves x on by a sweep that leaves the distribution invariant.
    ///
    /// A softplus feature with α = 1 is the sum over a hidden unit h of e^(h a), where a = w·x + c. Such units are drawn first, given x. Given them the pixels
    /// depend on each other through the other features only, and are drawn one after the other. Where every α is 1 this is block Gibbs sampling of a
    /// restricted Boltzmann machine; where none is, plain single-site Gibbs sampling.
    pub fn sweep(&self, x: &mut [f64], rng: &mut ChaCha8Rng) {
        let mut uniform = || -> f64 { StandardUniform.sample(rng) };
        let biases = self.base.iter().zip(&self.model.bias);
        let mut field: Vec<f64> = biases
            .map(|(base, bias)| (1.0 - self.beta) * base + self.beta * bias)
            .collect();
        // Terms without a hidden unit, with their inputs.
        let mut coupled: Vec<(&Term, f64)> = Vec::new();
        for term in &self.model.terms {
            match term.feature.activation {
                Activation::Linear => {
                    add(&mut field, term, self.beta * term.coefficient);
                }
                Activation::Softplus if has_hidden_unit(term) => {
                    let input = self.beta * term.feature.input(x);
                    if uniform() < sigmoid(input) {
                        add(&mut field, term, self.beta);
                    }
                }
                Activation::Softplus => coupled.push((term, self.beta * term.feature.input(x))),
            }
        }
        for (place, &own) in field.iter().enumerate() {
            let old = x[place];
            let change = coupled.iter().map(|(term, input)| {
                let Term {
                    feature,
                    coefficient,
                } = term;
                let weight = self.beta * feature.weights[place];
                let off = input - old * weight;
                let value = |input| feature.activation.value(input);
                coefficient * (value(off + weight) - value(off))
            });
            let odds = own + change.sum::<f64>();
            let is_on = uniform() < sigmoid(odds);
            if is_on != (old > 0.5) {
                let new = f64::from(u8::from(is_on));
                x[place] = new;
                for (term, input) in &mut coupled {
                    *input += (new - old) * self.beta * term.feature.weights[place];
                }
            }
        }
    }
}

/// Whether α is 1. Newton's method ends at the bound exactly.
fn has_hidden_unit(term: &Term) -> bool {
    (term.coefficient - 1.0).abs() < f64::EPSILON
}

fn add(field: &mut [f64], term: &Term, factor: f64) {
    for (sum, weight) in field.iter_mut().zip(&term.feature.weights) {
        *sum += factor * weight;
    }
}
