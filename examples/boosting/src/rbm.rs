//! For comparison: a restricted Boltzmann machine of as many hidden units, trained jointly by contrastive divergence with one step (Hinton 2002). Its log p(x)
//! has the form of the boosted model with every α = 1.

use ganforge_core::{ChaCha8Rng, keyed_rng, permutation};
use rand_distr::{Distribution, StandardNormal, StandardUniform};
use serde::Serialize;

use crate::data::BinaryImages;
use crate::model::{Activation, Feature, Model, Term, sigmoid};

/// How the machine is trained.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RbmSettings {
    /// Hidden units.
    pub hidden: usize,
    /// Passes over the images.
    pub epochs: u64,
    /// Images per update.
    pub batch: usize,
    /// Rate at the start; it falls linearly to zero.
    pub rate: f64,
    /// Momentum.
    pub momentum: f64,
    /// Factor of the weights in their gradient (L2).
    pub decay: f64,
    /// Seed of initial weights, order and samples.
    pub seed: u64,
}

impl RbmSettings {
    /// The settings of the comparison.
    #[must_use]
    pub fn new(hidden: usize, seed: u64) -> Self {
        Self {
            hidden,
            epochs: 500,
            batch: 100,
            rate: 0.05,
            momentum: 0.9,
            decay: 1e-4,
            seed,
        }
    }
}

/// Trains a machine, from weights of standard deviation 0.01 and the odds of the pixels as biases.
#[must_use]
pub fn train(images: &BinaryImages, settings: &RbmSettings) -> Model {
    let mut model = initial(images, settings);
    let mut velocity = Gradient::new(images.pixels(), settings.hidden);
    let updates = settings.epochs * images.count().div_ceil(settings.batch) as u64;
    let mut update = 0;
    for epoch in 0..settings.epochs {
        let mut rng = keyed_rng(settings.seed, "epoch", epoch);
        let order = permutation(&mut rng, images.count());
        for batch in order.chunks(settings.batch) {
            let mut gradient = Gradient::new(images.pixels(), settings.hidden);
            for &index in batch {
                gradient.add_image(&model, images.row(index), &mut rng);
            }
            let left = 1.0 - update as f64 / updates as f64;
            let rate = settings.rate * left;
            velocity.follow(&gradient, settings.momentum, 1.0 / batch.len() as f64);
            velocity.apply(&mut model, rate, settings.decay);
            update += 1;
        }
    }
    model
}

fn initial(images: &BinaryImages, settings: &RbmSettings) -> Model {
    let mut model = Model::independent(images);
    let mut normal = StandardNormal.sample_iter(keyed_rng(settings.seed, "weights", 0));
    model.terms = (0..settings.hidden)
        .map(|_| {
            let weights = normal.by_ref().take(images.pixels());
            Term {
                feature: Feature {
                    weights: weights.map(|weight: f64| 0.01 * weight).collect(),
                    bias: 0.0,
                    activation: Activation::Softplus,
                },
                coefficient: 1.0,
            }
        })
        .collect();
    model
}

/// The direction of an update.
struct Gradient {
    bias: Vec<f64>,
    /// For each hidden unit its weights, and its bias last.
    hidden: Vec<Vec<f64>>,
}

impl Gradient {
    fn new(pixels: usize, hidden: usize) -> Self {
        Self {
            bias: vec![0.0; pixels],
            hidden: vec![vec![0.0; pixels + 1]; hidden],
        }
    }

    /// Adds the statistics of an image less those after one step of Gibbs sampling.
    fn add_image(&mut self, model: &Model, x: &[f64], rng: &mut ChaCha8Rng) {
        let mut uniform = || -> f64 { StandardUniform.sample(rng) };
        let on = |x: &[f64]| -> Vec<f64> {
            let terms = model.terms.iter();
            terms.map(|term| sigmoid(term.feature.input(x))).collect()
        };
        let data = on(x);
        let mut field = model.bias.clone();
        for (term, probability) in model.terms.iter().zip(&data) {
            if uniform() < *probability {
                for (sum, weight) in field.iter_mut().zip(&term.feature.weights) {
                    *sum += weight;
                }
            }
        }
        let draws = field
            .iter()
            .map(|&odds| f64::from(u8::from(uniform() < sigmoid(odds))));
        let negative: Vec<f64> = draws.collect();
        let model_side = on(&negative);
        for (place, sum) in self.bias.iter_mut().enumerate() {
            *sum += x[place] - negative[place];
        }
        for (unit, sums) in self.hidden.iter_mut().enumerate() {
            let (up, down) = (data[unit], model_side[unit]);
            for (place, sum) in sums.iter_mut().take(x.len()).enumerate() {
                *sum += up * x[place] - down * negative[place];
            }
            sums[x.len()] += up - down;
        }
    }

    /// v ← momentum · v + scale · gradient.
    fn follow(&mut self, gradient: &Self, momentum: f64, scale: f64) {
        let pairs = self.bias.iter_mut().zip(&gradient.bias);
        let hidden = self.hidden.iter_mut().flatten();
        for (velocity, slope) in pairs.chain(hidden.zip(gradient.hidden.iter().flatten())) {
            *velocity = momentum * *velocity + scale * slope;
        }
    }

    fn apply(&self, model: &mut Model, rate: f64, decay: f64) {
        for (bias, velocity) in model.bias.iter_mut().zip(&self.bias) {
            *bias += rate * velocity;
        }
        for (term, velocity) in model.terms.iter_mut().zip(&self.hidden) {
            let Feature { weights, bias, .. } = &mut term.feature;
            for (weight, velocity) in weights.iter_mut().zip(velocity) {
                *weight += rate * (velocity - decay * *weight);
            }
            *bias += rate * velocity.last().copied().unwrap_or_default();
        }
    }
}
