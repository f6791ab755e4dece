//! How a figure was obtained. Two figures mean the same only if nothing here differs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::difference::Difference;
use crate::metrics::KernelEstimator;

/// Everything that changes a figure besides the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protocol {
    /// What was computed, and its parameters.
    pub metric: Metric,
    /// The feature space, with the identity of its network: `raw`, `digits`, `inception-v3`.
    pub features: String,
    /// Number of samples.
    pub samples: usize,
    /// Number of real samples they were compared with; 0 where the metric has no reference.
    pub reference: usize,
    /// The real data, as a data specification names them.
    pub data: String,
    /// The part of the data that is the reference: `train` or `test`.
    pub split: String,
    /// The first half of a SHA-256 over the real images as the metric saw them, of each part it takes; nothing where it sees none.
    #[serde(default)]
    pub digest: Option<String>,
    /// How images were brought to the size of the feature space, if they were.
    pub resize: Option<String>,
    /// The seed of latents, and of all random choices of the metric.
    pub seed: u64,
    /// What the sampler was asked besides, such as a truncation or a class.
    #[serde(default)]
    pub sampling: BTreeMap<String, String>,
}

/// A metric with its parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Metric {
    /// [`frechet`](crate::frechet()), which has no parameters.
    Frechet,
    /// [`kernel`](crate::kernel()).
    Kernel {
        /// Which pairs are compared.
        estimator: KernelEstimator,
    },
    /// Of [`overlap`](crate::overlap).
    Precision {
        /// The neighbour that a ball reaches.
        k: usize,
    },
    /// Of [`overlap`](crate::overlap).
    Recall {
        /// The neighbour that a ball reaches.
        k: usize,
    },
    /// Of [`overlap`](crate::overlap).
    Density {
        /// The neighbour that a ball reaches.
        k: usize,
    },
    /// Of [`overlap`](crate::overlap).
    Coverage {
        /// The neighbour that a ball reaches.
        k: usize,
    },
    /// [`inception_score`](crate::inception_score).
    InceptionScore {
        /// Parts the score is the mean of.
        splits: usize,
    },
    /// [`parzen`](crate::parzen()). The width that was chosen is a result, not a part of the protocol.
    Parzen {
        /// Number of validation samples.
        validation: usize,
        /// The widths to choose from.
        grid: Vec<f64>,
    },
    /// Modes found, by [`mixture_modes`](crate::mixture_modes) or [`class_modes`](crate::class_modes).
    Modes {
        /// Modes there are.
        of: usize,
        /// How near to a centre a sample must be, for a mixture.
        within: Option<f64>,
    },
    /// Share of samples near a mode.
    HighQuality {
        /// Modes there are.
        of: usize,
        /// How near to a centre a sample must be, for a mixture.
        within: Option<f64>,
    },
    /// Divergence of the samples' shares of the modes.
    ReverseKl {
        /// Modes there are.
        of: usize,
        /// How near to a centre a sample must be, for a mixture.
        within: Option<f64>,
    },
    /// The ratio of medians of [`nearest_training`](crate::nearest_training).
    Nearest {
        /// Number of training samples.
        training: usize,
        /// Number of held-out samples.
        held_out: usize,
    },
    /// [`diversity`](crate::diversity()).
    Diversity {
        /// Number of pairs.
        pairs: usize,
        /// Number of scales that the image size admits.
        scales: usize,
    },
}

impl Protocol {
    /// The first thing in which two protocols differ, by the alphabet, or none.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Option<Difference> {
        self.difference_besides(other, &[])
    }

    /// As [`difference`](Self::difference), besides some keys that may not be known yet.
    #[must_use]
    pub fn difference_besides(&self, other: &Self, unknown: &[&str]) -> Option<Difference> {
        let tree = |protocol, without: &[&str]| {
            let mut tree = serde_json::to_value(protocol).unwrap_or(Value::Null);
            if let Value::Object(keys) = &mut tree {
                keys.retain(|key, _| !without.contains(&&**key) && !unknown.contains(&&**key));
            }
            tree
        };
        let apart =
            |without: &[&str]| Difference::between(&tree(self, without), &tree(other, without));
        match (&self.digest, &other.digest) {
            // The same images, whatever they are called and however they came to their size.
            (Some(one), Some(other)) if one == other => apart(&["data", "resize"]),
            // What made them others says more than their digest.
            (Some(_), Some(_)) => apart(&["digest"]).or_else(|| apart(&[])),
            // Nobody knows: the metric sees none, or the figure is older than digests.
            _ => apart(&["digest"]),
        }
    }
}
