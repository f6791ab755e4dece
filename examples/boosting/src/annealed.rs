//! log Z of a model with too many states to enumerate: annealed importance sampling (Neal 2001; for restricted Boltzmann machines Salakhutdinov and Murray
//! 2008).

use ganforge_core::keyed_rng;
use rand_distr::{Distribution, StandardUniform};
use rayon::prelude::*;
use serde::Serialize;

use crate::model::{Model, log_sum_exp, sigmoid, softplus};
use crate::sampler::Tempered;

/// An estimate of log Z.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LogZ {
    /// The estimate. Z itself has no bias, so log Z tends to be too low, and likelihoods too high, where the chains do not mix.
    pub value: f64,
    /// Standard error of the mean weight over its mean.
    pub error: f64,
}

/// How log Z is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Annealing {
    /// Independent chains.
    pub chains: usize,
    /// Steps from β = 0 to β = 1, one sweep each.
    pub temperatures: usize,
}

impl Default for Annealing {
    fn default() -> Self {
        Self {
            chains: 200,
            temperatures: 1000,
        }
    }
}

impl Annealing {
    /// log Z of a model, from independent pixels with the odds `base` on.
    #[must_use]
    pub fn log_z(&self, model: &Model, base: &[f64], seed: u64) -> LogZ {
        let logs: Vec<f64> = (0..self.chains as u64)
            .into_par_iter()
            .map(|chain| self.log_weight(model, base, seed, chain))
            .collect();
        let at = |beta| Tempered { model, base, beta };
        let features = at(0.0).log_weight(&vec![0.0; base.len()]);
        let pixels: f64 = base.iter().map(|&odds| softplus(odds)).sum();
        let count = self.chains as f64;
        let mean = log_sum_exp(&logs) - count.ln();
        let squares = logs.iter().map(|log| ((log - mean).exp() - 1.0).powi(2));
        LogZ {
            value: features + pixels + mean,
            error: (squares.sum::<f64>() / count / (count - 1.0).max(1.0)).sqrt(),
        }
    }

    /// The logarithm of the weight of one chain.
    fn log_weight(&self, model: &Model, base: &[f64], seed: u64, chain: u64) -> f64 {
        let mut rng = keyed_rng(seed, "annealing", chain);
        let draw = |&odds: &f64| {
            let u: f64 = StandardUniform.sample(&mut rng);
            if u < sigmoid(odds) { 1.0 } else { 0.0 }
        };
        let mut x: Vec<f64> = base.iter().map(draw).collect();
        let mut sum = 0.0;
        let at = |step: usize| Tempered {
            model,
            base,
            beta: step as f64 / self.temperatures as f64,
        };
        for step in 1..=self.temperatures {
            sum += at(step).log_weight(&x) - at(step - 1).log_weight(&x);
            at(step).sweep(&mut x, &mut rng);
        }
        sum
    }
}
