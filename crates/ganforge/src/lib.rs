//! Generative adversarial networks (GANs): images from a model file, and training.
//!
//! # Sample from a model
//!
//! ```
//! # let model = concat!(env!("CARGO_MANIFEST_DIR"), "/../ganforge-infer/tests/fixture/digits.safetensors");
//! # let folder = tempfile::tempdir()?;
//! # let grid = folder.path().join("samples.png");
//! use ganforge::{GridOptions, SampleOptions, Sampler};
//!
//! let sampler = Sampler::open(model)?;
//! // 16 images under seed 7.
//! let images = sampler.sample(&SampleOptions::new(16, 7))?;
//! assert_eq!(images.count(), 16);
//! images.write_grid(grid, &GridOptions::default())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The root of this crate is [`ganforge_infer`]: [`Sampler`], [`SampleOptions`], [`Images`], [`Output`] and what belongs to them. It depends on neither
//! automatic differentiation nor the training loop.
//!
//! # Train a model
//!
//! With the feature `train`. A `train::Recipe` describes data, networks, rules, optimizers and the length of the run; here the built-in recipe
//! `digits`, shortened to ten steps.
//!
//! ```
//! # let folder = tempfile::tempdir()?;
//! # let out = folder.path().join("run");
//! use ganforge::{Device, Sampler};
//! use ganforge::train::{Recipe, TrainOptions, TrainingData, train};
//!
//! let device = Device::flex();
//! let recipe = Recipe::load("digits", &["run.images=640".parse()?])?;
//! let data = TrainingData::open(&recipe.experiment)?;
//! // `out` is the run directory: samples, metrics, checkpoints and the model file.
//! let options = TrainOptions::new(out).resume(true);
//! let outcome = train(&recipe, &data, &device, options)?;
//! assert_eq!(outcome.images, 640);
//!
//! let sampler = Sampler::open_on(&outcome.model, &device)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! | feature | module | crate | for |
//! |---|---|---|---|
//! | `cpu` (default) | | | Burn's CPU backend with SIMD and threads |
//! | `train` | `train` | `ganforge_train` | recipes, payoffs, penalties, checkpoints; enables `data` and `model` |
//! | `data` | `data` | `ganforge_data` | datasets and batches |
//! | `eval` | `eval` | `ganforge_eval` | metrics: Fréchet and kernel distance, precision, recall and more |
//! | `measure` | `measure` | `ganforge_measure` | metrics of a model against a dataset; enables `data` and `eval` |
//! | `model` | `model` | `ganforge_model` | networks and the model file |
//! | `full` | | | all modules |
//!
//! # Devices
//!
//! [`Sampler::open`] draws on the CPU; [`Sampler::open_on`] and everything else takes a [`Device`] of [Burn](burn), which is re-exported. To use a GPU, add the same version of `burn` to your
//! `Cargo.toml` with the feature of its backend, such as `wgpu` or `cuda`.

#[doc(inline)]
pub use ganforge_infer::*;

#[doc(no_inline)]
pub use burn;

#[cfg(feature = "data")]
pub use ganforge_data as data;
#[cfg(feature = "eval")]
pub use ganforge_eval as eval;
#[cfg(feature = "measure")]
pub use ganforge_measure as measure;
#[cfg(feature = "model")]
pub use ganforge_model as model;
#[cfg(feature = "train")]
pub use ganforge_train as train;

/// The examples of this crate's README and of the repository's.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
#[doc = include_str!("../../../README.md")]
struct Readme;
