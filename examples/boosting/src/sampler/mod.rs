//! Stage 1: negatives from the model.

mod exact;
mod gibbs;
mod tempered;

pub use exact::Enumeration;
pub use gibbs::Chains;
pub use tempered::Tempered;

use clap::ValueEnum;
use serde::Serialize;

use crate::data::BinaryImages;
use crate::model::{Model, Term};

/// How negatives are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sampling {
    /// Independent samples of the model, from all of its 2^pixels states: up to 20 pixels.
    Exact,
    /// Chains that are reweighted and moved on after every feature.
    Gibbs,
}

/// The negatives of a model that grows.
#[derive(Debug, Clone)]
pub enum Sampler {
    /// Independent samples.
    Exact(Enumeration),
    /// States of chains.
    Gibbs(Chains),
}

impl Sampler {
    /// A sampler of a model without features.
    ///
    /// # Panics
    /// If exact sampling is asked of more than 20 pixels.
    #[must_use]
    pub fn new(
        sampling: Sampling,
        model: &Model,
        negatives: usize,
        sweeps: usize,
        seed: u64,
    ) -> Self {
        match sampling {
            Sampling::Exact => Self::Exact(Enumeration::new(model)),
            Sampling::Gibbs => Self::Gibbs(Chains::new(model, negatives, sweeps, seed)),
        }
    }

    /// `count` negatives for stage `stage`; chains have the number that they were made with.
    #[must_use]
    pub fn negatives(&self, count: usize, seed: u64, stage: u64) -> BinaryImages {
        match self {
            Self::Exact(exact) => exact.sample(count, seed, stage),
            Self::Gibbs(chains) => chains.states().clone(),
        }
    }

    /// Follows a model whose last term is new.
    pub fn advance(&mut self, model: &Model, term: &Term) {
        match self {
            Self::Exact(exact) => exact.add(term),
            Self::Gibbs(chains) => chains.advance(model, term),
        }
    }

    /// All states of the model, where sampling is exact.
    #[must_use]
    pub fn exact(&self) -> Option<&Enumeration> {
        match self {
            Self::Exact(exact) => Some(exact),
            Self::Gibbs(_) => None,
        }
    }
}
