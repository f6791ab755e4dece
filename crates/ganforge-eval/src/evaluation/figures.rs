//! The result of an evaluation.

use std::collections::BTreeMap;

use super::metric_name::MetricName;
use crate::error::EvalError;
use crate::figure::Figure;

/// The result of an evaluation.
#[derive(Debug, Default)]
pub struct Figures {
    /// A figure for every metric that has a value.
    pub found: BTreeMap<MetricName, Figure>,
    /// Why the other metrics have no value.
    pub without: Vec<EvalError>,
    /// A warning if the Fréchet distance was computed from a singular covariance.
    pub singular: Option<SingularCovariance>,
}

/// A warning: the covariance of as many images as dimensions, or fewer, is singular, and the Fréchet distance covers only the subspace that these images span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "frechet is of {samples} samples and {reference} real images in {dimensions} dimensions, and a covariance of no more images than dimensions is singular: compare the figure only with those of as many images, or take more than {dimensions} of both, or features of fewer dimensions"
)]
pub struct SingularCovariance {
    /// Number of samples.
    pub samples: usize,
    /// Number of reference images.
    pub reference: usize,
    /// Dimensions of the feature space.
    pub dimensions: usize,
}
