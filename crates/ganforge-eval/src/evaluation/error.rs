//! Why an evaluation ends without figures.

use burn::tensor::TensorReadError;

use super::MetricName;
use crate::EvalError;
use crate::spaces::FeatureError;

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluationError {
    /// No metric has this name.
    #[error("no metric is called `{name}`; there are {}", MetricName::ALL.map(MetricName::name).join(", "))]
    UnknownMetric {
        /// What was asked for.
        name: String,
    },
    /// The metric makes no sense of such data.
    #[error("{metric} cannot be had here: {reason}")]
    NotHere {
        /// The metric.
        metric: MetricName,
        /// Why, and what to do.
        reason: &'static str,
    },
    /// The metric has no value for these samples.
    #[error("{metric} has no value: {reason}")]
    NoValue {
        /// The metric.
        metric: MetricName,
        /// Why.
        reason: &'static str,
    },
    /// A metric refused what it was given.
    #[error(transparent)]
    Metric(#[from] EvalError),
    /// Images that the feature space does not take.
    #[error(transparent)]
    Features(#[from] FeatureError),
    /// The device could not compute or hand over features.
    #[error("the device failed: {0}")]
    Device(#[from] TensorReadError),
}

/// A warning: a covariance of no more images than dimensions is singular, and the Fréchet distance sees only what these images span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "frechet is of {samples} samples and {reference} real images in {dimensions} dimensions, and a covariance of no more images than dimensions is singular: compare the figure only with those of as many images, or take more than {dimensions} of both, or features of fewer dimensions"
)]
pub struct Singular {
    /// How many samples.
    pub samples: usize,
    /// How many real images.
    pub reference: usize,
    /// Dimensions of the features.
    pub dimensions: usize,
}

impl EvaluationError {
    /// Whether other samples may have a value: those of a generator that has collapsed or diverged have none, while too few images stay too few.
    #[must_use]
    pub fn is_of_the_samples(&self) -> bool {
        match self {
            Self::NoValue { .. } => true,
            Self::Metric(error) => matches!(
                error,
                EvalError::OutOfRange { .. } | EvalError::NoConvergence
            ),
            Self::UnknownMetric { .. }
            | Self::NotHere { .. }
            | Self::Features(_)
            | Self::Device(_) => false,
        }
    }
}
