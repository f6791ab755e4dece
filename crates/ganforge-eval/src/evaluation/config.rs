//! What an evaluator measures.

use std::collections::{BTreeMap, BTreeSet};

use ganforge_core::ImageShape;

use super::metric_name::MetricName;
use super::mode_source::ModeSource;
use crate::spaces::FeatureSpace;

/// What an [`Evaluator`](super::Evaluator) measures.
#[derive(Debug, Clone)]
pub struct EvaluatorConfig {
    /// The shape of every image.
    pub image: ImageShape,
    /// The feature space in which images are compared.
    pub space: FeatureSpace,
    /// The modes of the data, if they are known.
    pub modes: Option<ModeSource>,
    /// The metrics.
    pub metrics: BTreeSet<MetricName>,
    /// Expected number of samples. A metric that cannot take so many is refused before any is drawn.
    pub samples: usize,
    /// Expected number of reference images.
    pub reference: usize,
    /// The fields of every [`Protocol`](crate::Protocol) that only the caller knows.
    pub context: ProtocolContext,
}

impl EvaluatorConfig {
    /// Measures the metrics on raw pixels of images. Unknown modes, counts of 0 and an empty context: set the other fields as needed.
    #[must_use]
    pub fn new(image: ImageShape, metrics: impl IntoIterator<Item = MetricName>) -> Self {
        Self {
            image,
            space: FeatureSpace::Raw,
            modes: None,
            metrics: metrics.into_iter().collect(),
            samples: 0,
            reference: 0,
            context: ProtocolContext::default(),
        }
    }
}

/// The fields of a [`Protocol`](crate::Protocol) that only the caller knows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProtocolContext {
    /// The real data, as a data spec.
    pub data: String,
    /// The split of the reference images: `train` or `test`.
    pub split: String,
    /// How real images were resized to the shape of the samples, if they were.
    pub resize: Option<String>,
    /// Seed of the samples and of the random choices that metrics make.
    pub seed: u64,
    /// Further options of the sampler, such as a class or a truncation.
    pub sampling: BTreeMap<String, String>,
}
