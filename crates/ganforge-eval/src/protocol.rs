//! How a figure was obtained. Two figures are comparable only if their protocols agree.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::difference::Difference;
use crate::metrics::KernelEstimator;

/// Everything other than the model that affects a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protocol {
    /// The metric and its parameters.
    pub metric: Metric,
    /// The feature space and the version of its network: `raw`, `digits …`, `inception-v3 …`.
    pub features: String,
    /// Number of samples.
    pub samples: usize,
    /// Number of real images that the samples were compared with; 0 if the metric has no reference.
    pub reference: usize,
    /// The real data, as a data spec.
    pub data: String,
    /// The split of the reference images: `train` or `test`.
    pub split: String,
    /// The first half of the SHA-256 of the real images after resizing, for each part that the metric uses; `None` if it uses none.
    #[serde(default)]
    pub digest: Option<String>,
    /// How images were resized for the feature space, if they were.
    pub resize: Option<String>,
    /// The seed of the latents and of the metric's random choices.
    pub seed: u64,
    /// Further options of the sampler, such as a truncation or a class.
    #[serde(default)]
    pub sampling: BTreeMap<String, String>,
}

/// A metric with its parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Metric {
    /// [`frechet`](crate::metrics::frechet()), which has no parameters.
    Frechet,
    /// [`kernel`](crate::metrics::kernel()).
    Kernel {
        /// Which pairs are averaged over.
        estimator: KernelEstimator,
    },
    /// Of [`prdc`](crate::metrics::prdc()).
    Precision {
        /// The rank of the neighbour that defines the radius of a ball.
        k: usize,
    },
    /// Of [`prdc`](crate::metrics::prdc()).
    Recall {
        /// The rank of the neighbour that defines the radius of a ball.
        k: usize,
    },
    /// Of [`prdc`](crate::metrics::prdc()).
    Density {
        /// The rank of the neighbour that defines the radius of a ball.
        k: usize,
    },
    /// Of [`prdc`](crate::metrics::prdc()).
    Coverage {
        /// The rank of the neighbour that defines the radius of a ball.
        k: usize,
    },
    /// [`inception_score`](crate::metrics::inception_score()).
    InceptionScore {
        /// Number of splits that the score is averaged over.
        splits: usize,
    },
    /// [`parzen`](crate::metrics::parzen()). The chosen width is a result and not part of the protocol.
    Parzen {
        /// Number of validation samples.
        validation: usize,
        /// The candidate widths.
        grid: Vec<f64>,
    },
    /// Modes found, by [`mixture_modes`](crate::metrics::mixture_modes) or [`class_modes`](crate::metrics::class_modes).
    Modes {
        /// Number of modes of the data.
        of: usize,
        /// The largest distance to a center, for a mixture.
        within: Option<f64>,
    },
    /// Fraction of samples near a mode.
    HighQuality {
        /// Number of modes of the data.
        of: usize,
        /// The largest distance to a center, for a mixture.
        within: Option<f64>,
    },
    /// Reverse Kullback-Leibler divergence of the distribution over modes.
    ReverseKl {
        /// Number of modes of the data.
        of: usize,
        /// The largest distance to a center, for a mixture.
        within: Option<f64>,
    },
    /// The ratio of medians of [`nearest_training`](crate::metrics::nearest_training).
    Nearest {
        /// Number of training samples.
        training: usize,
        /// Number of held-out samples.
        held_out: usize,
    },
    /// [`diversity`](crate::metrics::diversity()).
    Diversity {
        /// Number of pairs.
        pairs: usize,
        /// Number of scales of the structural similarity.
        scales: usize,
    },
}

impl Protocol {
    /// The first difference between two protocols, in alphabetical order of keys.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Option<Difference> {
        self.difference_besides(other, &[])
    }

    /// As [`difference`](Self::difference), ignoring the keys in `unknown`.
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
            // The same images, whatever their name or resizing.
            (Some(one), Some(other)) if one == other => apart(&["data", "resize"]),
            // Different images: a difference in another key explains more than that of the digest.
            (Some(_), Some(_)) => apart(&["digest"]).or_else(|| apart(&[])),
            // The metric uses no real images, or the figure is from a version without digests.
            _ => apart(&["digest"]),
        }
    }
}
