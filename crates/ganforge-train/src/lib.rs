//! Training of generative adversarial networks (GANs).
//!
//! ```
//! # let folder = tempfile::tempdir()?;
//! # let out = folder.path().join("run");
//! use ganforge_train::burn::tensor::Device;
//! use ganforge_train::{Recipe, TrainOptions, TrainingData, train};
//!
//! // A built-in recipe with the hinge loss, shortened to ten steps of 64 images.
//! let changes = ["game.payoff=hinge".parse()?, "run.images=640".parse()?];
//! let recipe = Recipe::load("digits", &changes)?;
//! let data = TrainingData::open(&recipe.experiment)?;
//! let outcome = train(&recipe, &data, &Device::flex(), TrainOptions::new(&out))?;
//! assert!(outcome.model.is_file());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - A [`Recipe`] describes the data, networks, rules, optimizers and length of a run; [`train()`] executes it and writes a run directory.
//!   [`Recipe::parse`] reads a recipe for networks of your own.
//! - [`Payoff`], [`Penalty`] and [`UpdateRule`] are the rules of the game. A [`System`] defines the networks of each player and what each minimises; the
//!   default is [`Gan`](system::Gan).
//! - [`Adversarial`](session::Adversarial) is the training loop, as a strategy of burn-train. It contains no formula and no user interface.
//! - [`evaluation`] computes metrics during training and keeps the best model. [`bench`](mod@bench) times steps, [`memory`] estimates memory.
//!
//! A run is a function of recipe, data and device. Every random number is keyed by seed, purpose and step, so a resumed run needs no saved generator
//! state and reproduces the uninterrupted run bit for bit on one machine.

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
pub use session::{TrainOptions, TrainingData};
pub use system::System;
pub use train::{Outcome, train};

/// The example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
