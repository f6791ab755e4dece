//! Evaluates samples against a dataset. This crate joins `ganforge-data` and `ganforge-eval`; it does not link the training loop.
//!
//! [`ReferenceData`] opens a dataset at the size of the samples and gives a [`Evaluator`](ganforge_eval::Evaluator) the real images
//! that a [`Request`] needs. Training uses it at every evaluation, and `ganforge evaluate` uses it for a model file, so both
//! report the same figures for the same model.

mod baseline;
mod defaults;
mod error;
mod reference_data;
mod request;

pub use baseline::BaselineImages;
pub use defaults::DefaultMetrics;
pub use error::MeasureError;
pub use reference_data::ReferenceData;
pub use request::Request;

pub use burn;
