//! Training of generative adversarial networks: the rules of the game, the training loop, and runs on disk.
//!
//! - [`Recipe`] describes an experiment; [`train()`] runs it and writes a run directory. [`Recipe::parse`] reads recipes for your own networks.
//! - [`Payoff`], [`Penalty`] and [`UpdateRule`] are the rules of the [`game`]; a [`System`] defines the networks of both players and their losses.
//! - [`session::Adversarial`] is the training loop, a strategy of burn-train. It knows neither the formulas of the game nor the display of progress.
//! - [`evaluation`] measures the generator during training and keeps the best one.
//!
//! A run is a pure function of recipe, data and device: all random numbers are keyed by seed, purpose and step, so resuming a run needs no saved state
//! of a random number generator.
//!
//! ```
//! use burn::tensor::Device;
//! use ganforge_data::Dataset;
//! use ganforge_train::{Recipe, TrainOptions, train};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let out = folder.path().join("run");
//! // A built-in recipe, shortened to four steps.
//! let recipe = Recipe::load("digits", &["run.images=256".parse()?, "run.tick=256".parse()?])?;
//! let data = &recipe.experiment.data;
//! let dataset = Dataset::open(&data.source, &data.options())?;
//! # let options = TrainOptions::new(&out).log(false);
//! # /*
//! let options = TrainOptions::new("runs/digits");
//! # */
//! let outcome = train(&recipe, &dataset, &Device::flex(), options)?;
//! assert_eq!(outcome.images, 256);
//! assert!(outcome.model.is_file());
//! # Ok(())
//! # }
//! ```

pub mod bench;
mod error;
pub mod evaluation;
pub mod experiment;
pub mod game;
pub mod memory;
pub mod optimizer;
pub mod recipe;
pub mod run;
pub mod session;
pub mod system;
pub mod telemetry;
mod train;
pub mod weights;

pub use burn;
pub use error::{RecipeError, TrainError};
pub use experiment::OptimizerConfig;
pub use game::UpdateRule;
pub use game::payoff::Payoff;
pub use game::penalty::Penalty;
pub use recipe::Recipe;
pub use session::TrainOptions;
pub use system::System;
pub use train::{Outcome, train};

/// The example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
