//! What is asked of an evaluation.

use std::collections::{BTreeMap, BTreeSet};

use ganforge_data::Split;
use ganforge_eval::MetricName;
use ganforge_eval::spaces::FeatureName;

/// What is asked of an evaluation, whatever the data.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The metrics.
    pub metrics: BTreeSet<MetricName>,
    /// What images are compared by.
    pub features: FeatureName,
    /// The real images that samples are compared with.
    pub split: Split,
    /// How many samples there will be.
    pub samples: usize,
    /// How many real images they are compared with, or all there are where these are fewer; as many as samples if nothing is said.
    pub reference: Option<usize>,
    /// Their seed.
    pub seed: u64,
    /// The name of the one class that samples are of, and real images with them.
    pub class: Option<String>,
    /// What the sampler is asked besides.
    pub sampling: BTreeMap<String, String>,
}

impl Asked {
    /// How many real images samples are compared with, if there are so many.
    pub(super) fn reference(&self) -> usize {
        self.reference.unwrap_or(self.samples)
    }
}
