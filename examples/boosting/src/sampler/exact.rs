//! A small model by enumeration of its states.

use ganforge_core::keyed_rng;
use rand_distr::{Distribution, StandardUniform};
use rayon::prelude::*;

use crate::data::BinaryImages;
use crate::model::{Model, Term, log_sum_exp};

/// Pixels of 2^20 states, 8 MiB.
const MOST_PIXELS: usize = 20;

/// log p(x) + log Z for every state of a model. Bit `i` of the index of a state is pixel `i`.
#[derive(Debug, Clone)]
pub struct Enumeration {
    pixels: usize,
    log_weights: Vec<f64>,
}

impl Enumeration {
    /// Enumerates the states of a model.
    ///
    /// # Panics
    /// If it has more than 20 pixels.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        let pixels = model.pixels();
        assert!(
            pixels <= MOST_PIXELS,
            "{pixels} pixels have too many states to enumerate"
        );
        let states = (0..1_usize << pixels).into_par_iter();
        let log_weights = states.map(|index| model.log_weight(&state(index, pixels)));
        Self {
            pixels,
            log_weights: log_weights.collect(),
        }
    }

    /// Adds a term to the model.
    pub fn add(&mut self, term: &Term) {
        let pixels = self.pixels;
        let weights = self.log_weights.par_iter_mut().enumerate();
        weights.for_each(|(index, weight)| {
            *weight += term.coefficient * term.feature.value(&state(index, pixels));
        });
    }

    /// log Z.
    #[must_use]
    pub fn log_z(&self) -> f64 {
        log_sum_exp(&self.log_weights)
    }

    /// The mean log-likelihood of images, in nats.
    #[must_use]
    pub fn log_likelihood(&self, images: &BinaryImages) -> f64 {
        let sum: f64 = images.rows().map(|x| self.log_weights[index(x)]).sum();
        sum / images.count() as f64 - self.log_z()
    }

    /// The mean log-likelihood of the model's own samples: minus its entropy, in nats.
    #[must_use]
    pub fn negative_entropy(&self) -> f64 {
        let log_z = self.log_z();
        let states = self.log_weights.iter().map(|weight| weight - log_z);
        states.map(|log_p| log_p.exp() * log_p).sum()
    }

    /// Independent samples of the model; `stage` selects the random numbers.
    #[must_use]
    pub fn sample(&self, count: usize, seed: u64, stage: u64) -> BinaryImages {
        let log_z = self.log_z();
        let mut total = 0.0;
        let cumulative: Vec<f64> = self
            .log_weights
            .iter()
            .map(|weight| {
                total += (weight - log_z).exp();
                total
            })
            .collect();
        let uniform = StandardUniform.sample_iter(keyed_rng(seed, "exact", stage));
        let draws = uniform.take(count).map(|u: f64| {
            let index = cumulative.partition_point(|&sum| sum <= u * total);
            state(index.min(cumulative.len() - 1), self.pixels)
        });
        BinaryImages::new(self.pixels, draws.flatten().collect())
    }
}

/// The pixels of a state.
fn state(index: usize, pixels: usize) -> Vec<f64> {
    let pixel = |bit: usize| f64::from(u8::from(index >> bit & 1 == 1));
    (0..pixels).map(pixel).collect()
}

/// The index of a state.
fn index(x: &[f64]) -> usize {
    let bits = x.iter().enumerate();
    bits.map(|(bit, &value)| usize::from(value > 0.5) << bit)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_has_its_index() {
        for number in 0..32 {
            assert_eq!(index(&state(number, 5)), number);
        }
        assert_eq!(state(6, 4), [0.0, 1.0, 1.0, 0.0]);
    }

    #[test]
    fn independent_pixels_have_a_known_partition_function() {
        let model = Model {
            bias: vec![0.3, -1.0, 2.0],
            terms: Vec::new(),
        };
        let exact = Enumeration::new(&model);
        let log_z: f64 = model.bias.iter().map(|&b| crate::model::softplus(b)).sum();
        assert!((exact.log_z() - log_z).abs() < 1e-12);
        let samples = exact.sample(40_000, 0, 0);
        for (mean, &bias) in samples.means().iter().zip(&model.bias) {
            // Within five standard errors.
            assert!((mean - crate::model::sigmoid(bias)).abs() < 0.0125);
        }
    }
}
