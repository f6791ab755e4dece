//! What to measure.

use std::collections::{BTreeMap, BTreeSet};

use ganforge_data::Split;
use ganforge_eval::MetricName;
use ganforge_eval::spaces::FeatureName;

/// What to measure, on how many samples, against which real images.
///
/// ```
/// use ganforge_eval::{MetricName, spaces::FeatureName};
/// use ganforge_measure::Request;
///
/// let request = Request::new(10_000, 0)
///     .metrics([MetricName::Frechet, MetricName::Kernel])
///     .features(FeatureName::Digits);
/// assert_eq!(request.metrics.len(), 2);
/// ```
#[derive(Debug, Clone)]
pub struct Request {
    /// The metrics to compute.
    pub metrics: BTreeSet<MetricName>,
    /// The feature space in which images are compared.
    pub features: FeatureName,
    /// The split that the reference images are taken from.
    pub split: Split,
    /// Number of generated samples.
    pub samples: usize,
    /// Number of reference images, at most as many as the split has; `None` takes as many as there are samples.
    pub reference: Option<usize>,
    /// Seed of the samples and of the random choices that metrics make.
    pub seed: u64,
    /// Restricts the reference images to one class, by name. The samples are expected to be of that class too.
    pub class: Option<String>,
    /// Further options of the sampler, recorded in the protocol of every figure.
    pub sampling: BTreeMap<String, String>,
}

impl Request {
    /// A request for `samples` samples under the given seed: raw features, the training split, and no metric yet.
    #[must_use]
    pub fn new(samples: usize, seed: u64) -> Self {
        Self {
            metrics: BTreeSet::new(),
            features: FeatureName::default(),
            split: Split::Train,
            samples,
            reference: None,
            seed,
            class: None,
            sampling: BTreeMap::new(),
        }
    }

    /// Sets the metrics.
    #[must_use]
    pub fn metrics(mut self, metrics: impl IntoIterator<Item = MetricName>) -> Self {
        self.metrics = metrics.into_iter().collect();
        self
    }

    /// Sets the feature space.
    #[must_use]
    pub fn features(mut self, features: FeatureName) -> Self {
        self.features = features;
        self
    }

    /// Sets the split of the reference images.
    #[must_use]
    pub fn split(mut self, split: Split) -> Self {
        self.split = split;
        self
    }

    /// The largest number of reference images.
    pub(crate) fn reference_limit(&self) -> usize {
        self.reference.unwrap_or(self.samples)
    }
}
