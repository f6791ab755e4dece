//! The adversarial game and its loop.
//!
//! - [`Recipe`] says what to train; [`train()`] does it and leaves a run directory. [`Recipe::parse`] reads one for
//!   networks of your own.
//! - [`Payoff`], [`Penalty`] and [`UpdateRule`] are the rules; [`Gan`] plays them in two phases.
//! - [`Adversarial`] is the loop, as a strategy of burn-train: it owns no formula and knows no screen.
//! - [`evaluation`] measures the generator while it trains, and keeps the best.
//! - A run is a pure function of recipe, data and device: everything random is keyed by seed, purpose and step,
//!   so a resumed run needs no saved generator of random numbers.

mod bench;
mod error;
pub mod evaluation;
pub mod experiment;
pub mod game;
mod memory;
pub mod optimizer;
pub mod recipe;
pub mod run;
pub mod session;
pub mod system;
pub mod telemetry;
mod train;
pub mod weights;

pub use bench::{BenchReport, SamplingReport, bench, bench_sampling};
pub use burn;
pub use error::{RecipeError, TrainError};
pub use experiment::OptimizerConfig;
pub use game::UpdateRule;
pub use game::payoff::Payoff;
pub use game::penalty::Penalty;
pub use memory::{MemoryError, SystemMemory, check_memory};
pub use recipe::Recipe;
pub use session::TrainOptions;
pub use system::System;
pub use train::{Outcome, train};

/// The snippets of the README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// The example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
