//! Names of metrics on the command line and in reports.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::part::Part;
use crate::error::EvalError;

/// The name of a metric. Reports list metrics in this order.
///
/// ```
/// use ganforge_eval::{Better, MetricName};
///
/// let metric: MetricName = "inception-score".parse()?;
/// assert_eq!(metric, MetricName::InceptionScore);
/// assert_eq!(metric.better(), Some(Better::Higher));
/// # Ok::<(), ganforge_eval::EvalError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MetricName {
    /// [`frechet`](crate::metrics::frechet()): the distance between the distributions.
    Frechet,
    /// [`kernel`](crate::metrics::kernel()) over all pairs.
    Kernel,
    /// Of [`prdc`](crate::metrics::prdc()): whether samples are realistic.
    Precision,
    /// Of [`prdc`](crate::metrics::prdc()): whether the data are covered.
    Recall,
    /// Of [`prdc`](crate::metrics::prdc()): precision that is robust to outliers.
    Density,
    /// Of [`prdc`](crate::metrics::prdc()): recall that is robust to outliers.
    Coverage,
    /// [`inception_score`](crate::metrics::inception_score()) by the classifier of the feature space.
    InceptionScore,
    /// [`parzen`](crate::metrics::parzen()) of pixels in [0, 1].
    Parzen,
    /// The number of modes found.
    Modes,
    /// The fraction of samples near a mode.
    HighQuality,
    /// The reverse Kullback-Leibler divergence of the samples' distribution over modes from that of the data.
    ReverseKl,
    /// The ratio of [`nearest_training`](crate::metrics::nearest_training): well below 1 if samples are copies.
    Nearest,
    /// [`diversity`](crate::metrics::diversity()): 1 if all samples are the same image.
    Diversity,
}

impl MetricName {
    /// Every metric.
    pub const ALL: [Self; 13] = [
        Self::Frechet,
        Self::Kernel,
        Self::Precision,
        Self::Recall,
        Self::Density,
        Self::Coverage,
        Self::InceptionScore,
        Self::Parzen,
        Self::Modes,
        Self::HighQuality,
        Self::ReverseKl,
        Self::Nearest,
        Self::Diversity,
    ];

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Frechet => "frechet",
            Self::Kernel => "kernel",
            Self::Precision => "precision",
            Self::Recall => "recall",
            Self::Density => "density",
            Self::Coverage => "coverage",
            Self::InceptionScore => "inception-score",
            Self::Parzen => "parzen",
            Self::Modes => "modes",
            Self::HighQuality => "high-quality",
            Self::ReverseKl => "reverse-kl",
            Self::Nearest => "nearest",
            Self::Diversity => "diversity",
        }
    }

    /// The parts of real images that the metric needs.
    #[must_use]
    pub fn parts(self) -> &'static [Part] {
        match self {
            Self::Frechet
            | Self::Kernel
            | Self::Precision
            | Self::Recall
            | Self::Density
            | Self::Coverage
            | Self::Diversity => &[Part::Reference],
            Self::Parzen => &[Part::Validation, Part::Test],
            Self::Nearest => &[Part::Training, Part::HeldOut],
            Self::InceptionScore | Self::Modes | Self::HighQuality | Self::ReverseKl => &[],
        }
    }

    /// The direction of improvement. `nearest` is best at 1 and `diversity` at the value of the data, so these have none.
    #[must_use]
    pub fn better(self) -> Option<Better> {
        match self {
            Self::Frechet | Self::Kernel | Self::ReverseKl => Some(Better::Lower),
            Self::Precision
            | Self::Recall
            | Self::Density
            | Self::Coverage
            | Self::InceptionScore
            | Self::Parzen
            | Self::Modes
            | Self::HighQuality => Some(Better::Higher),
            Self::Nearest | Self::Diversity => None,
        }
    }

    /// Whether the metric compares features with those of real images.
    pub(super) fn compares_features(self) -> bool {
        match self {
            Self::Frechet
            | Self::Kernel
            | Self::Precision
            | Self::Recall
            | Self::Density
            | Self::Coverage
            | Self::Nearest => true,
            Self::InceptionScore
            | Self::Parzen
            | Self::Modes
            | Self::HighQuality
            | Self::ReverseKl
            | Self::Diversity => false,
        }
    }

    /// Whether the metric needs the modes of the data.
    #[must_use]
    pub fn counts_modes(self) -> bool {
        matches!(self, Self::Modes | Self::HighQuality | Self::ReverseKl)
    }
}

/// A direction of improvement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Lower is better: distances and divergences.
    Lower,
    /// Higher is better: fractions, scores and counts.
    Higher,
}

impl Better {
    /// Whether `value` is strictly better than `earlier`; false if either is NaN.
    #[must_use]
    pub fn improves(self, value: f64, earlier: f64) -> bool {
        match self {
            Self::Lower => value < earlier,
            Self::Higher => value > earlier,
        }
    }
}

impl FromStr for MetricName {
    type Err = EvalError;

    fn from_str(name: &str) -> Result<Self, EvalError> {
        let found = Self::ALL.into_iter().find(|metric| metric.name() == name);
        found.ok_or_else(|| EvalError::UnknownMetric {
            name: name.to_owned(),
            known: Self::ALL.map(Self::name).join(", "),
        })
    }
}

impl fmt::Display for MetricName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse_and_equal_those_of_reports() {
        for metric in MetricName::ALL {
            assert_eq!(metric.name().parse::<MetricName>().unwrap(), metric);
            let json = serde_json::to_string(&metric).unwrap();
            assert_eq!(json, format!("\"{metric}\""));
        }
        let refused = "fid".parse::<MetricName>().unwrap_err().to_string();
        assert!(refused.contains("`fid`") && refused.contains("frechet, kernel"));
    }

    #[test]
    fn neither_an_equal_value_nor_nan_is_better() {
        for (better, good, bad) in [(Better::Lower, 1.0, 2.0), (Better::Higher, 2.0, 1.0)] {
            assert!(better.improves(good, bad));
            assert!(!better.improves(bad, good) && !better.improves(good, good));
            assert!(!better.improves(f64::NAN, bad) && !better.improves(good, f64::NAN));
        }
    }
}
