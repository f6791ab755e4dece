//! Evaluates samples against a dataset. This crate joins `ganforge-data`, `ganforge-eval` and `ganforge-infer`; it does not link the training loop.
//!
//! [`evaluate`] returns the figures of a model file:
//!
//! ```no_run
//! use ganforge_data::{DataOptions, DataSpec};
//! use ganforge_eval::MetricName;
//! use ganforge_infer::Sampler;
//! use ganforge_measure::{ReferenceData, Request, burn::tensor::Device, evaluate};
//!
//! let device = Device::flex();
//! let sampler = Sampler::open_on("model.safetensors", &device)?;
//! let image = sampler.signature().image.into();
//! let reference = ReferenceData::new(&DataSpec::Digits, image, &DataOptions::default())?;
//! let request = Request::new(1000, 0).metrics([MetricName::Frechet]);
//! let figures = evaluate(&sampler, &reference, &request, &device)?;
//! println!("{}", figures.found[&MetricName::Frechet].value);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Reconstruction`] measures an encoder with its generator.
//!
//! [`ReferenceData`] opens a dataset at the shape of the samples and gives an [`Evaluator`](ganforge_eval::Evaluator) the real images that a [`Request`] needs.
//! Training uses it at every evaluation and `ganforge evaluate` for a model file, so both report the same figures for the same model. It also has the
//! [default metrics](ReferenceData::default_metrics) of a dataset, and a [baseline](ReferenceData::baseline) of real images in place of samples.

mod baseline;
mod defaults;
mod error;
mod evaluate;
mod kind;
mod reconstruction;
mod reference_data;
mod request;

pub use baseline::BaselineImages;
pub use burn;
pub use defaults::DefaultMetrics;
pub use error::MeasureError;
pub use evaluate::evaluate;
pub use kind::check_kind;
pub use reconstruction::{Reconstructed, Reconstruction, ReconstructionOptions, Reconstructions};
pub use reference_data::ReferenceData;
pub use request::Request;

/// The example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
