//! Negatives from chains: a sequential Monte Carlo sampler of the growing model.

use ganforge_core::keyed_rng;
use rand_distr::{Distribution, StandardUniform};
use rayon::prelude::*;

use super::tempered::Tempered;
use crate::data::BinaryImages;
use crate::model::{Model, Term, sigmoid};

/// The states of chains, one for each negative.
///
/// When a term α f is added, the old states are samples of the old model with importance weights e^(α f). They are resampled by these weights, which moves
/// mass between modes at once, and then moved on by Gibbs sweeps of the new model, which separates the copies.
#[derive(Debug, Clone)]
pub struct Chains {
    states: BinaryImages,
    sweeps: usize,
    seed: u64,
    /// Terms added so far.
    stage: u64,
}

impl Chains {
    /// Independent samples of a model without features.
    #[must_use]
    pub fn new(model: &Model, count: usize, sweeps: usize, seed: u64) -> Self {
        let pixels = model.pixels();
        let uniform = StandardUniform.sample_iter(keyed_rng(seed, "first states", 0));
        let odds = model.bias.iter().cycle().take(count * pixels);
        let draws = odds.zip(uniform).map(
            |(&bias, u): (_, f64)| {
                if u < sigmoid(bias) { 1.0 } else { 0.0 }
            },
        );
        Self {
            states: BinaryImages::new(pixels, draws.collect()),
            sweeps,
            seed,
            stage: 0,
        }
    }

    /// Their states.
    #[must_use]
    pub fn states(&self) -> &BinaryImages {
        &self.states
    }

    /// Follows the model, whose last term is `term`.
    pub fn advance(&mut self, model: &Model, term: &Term) {
        self.stage += 1;
        self.resample(term);
        self.sweep(model, self.sweeps);
    }

    /// Moves every chain on by so many sweeps.
    pub fn sweep(&mut self, model: &Model, sweeps: usize) {
        let count = self.states.count() as u64;
        let (seed, first) = (self.seed, self.stage * count);
        let distribution = Tempered::model(model);
        self.states.rows_mut().enumerate().for_each(|(chain, x)| {
            let mut rng = keyed_rng(seed, "sweep", first + chain as u64);
            for _ in 0..sweeps {
                distribution.sweep(x, &mut rng);
            }
        });
    }

    /// Systematic resampling: a state of weight v is kept ⌊v⌋ or ⌈v⌉ times, where the weights have the mean 1.
    fn resample(&mut self, term: &Term) {
        let count = self.states.count();
        let logs: Vec<f64> = self
            .states
            .rows()
            .map(|x| term.coefficient * term.feature.value(x))
            .collect();
        let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = logs.iter().map(|log| (log - most).exp()).collect();
        let mean = weights.iter().sum::<f64>() / count as f64;
        let start: f64 = StandardUniform.sample(&mut keyed_rng(self.seed, "resample", self.stage));
        let mut kept = Vec::with_capacity(count * self.states.pixels());
        let (mut chain, mut reached) = (0, weights[0] / mean);
        for place in 0..count {
            while reached <= start + place as f64 && chain + 1 < count {
                chain += 1;
                reached += weights[chain] / mean;
            }
            kept.extend_from_slice(self.states.row(chain));
        }
        self.states = BinaryImages::new(self.states.pixels(), kept);
    }
}
