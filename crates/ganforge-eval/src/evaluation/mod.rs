//! From images to figures: an [`Evaluator`] computes a [`Figure`](crate::Figure) for every metric of an [`EvaluatorConfig`].

mod check;
mod config;
mod evaluator;
mod feature_buffer;
mod figures;
mod metric_name;
mod mode_source;
mod part;
mod part_data;
#[cfg(test)]
mod tests;

pub use config::{EvaluatorConfig, ProtocolContext};
pub use evaluator::Evaluator;
pub use figures::{Figures, SingularCovariance};
pub use metric_name::{Better, MetricName};
pub use mode_source::ModeSource;
pub use part::Part;
