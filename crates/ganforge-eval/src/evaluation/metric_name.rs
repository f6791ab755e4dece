//! What a metric is called on a command line and in a report.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::part::Part;
use crate::error::EvalError;

/// A metric, by name. Reports list them in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MetricName {
    /// [`frechet`](crate::frechet()): how far the distribution is.
    Frechet,
    /// [`kernel`](crate::kernel()), of all pairs.
    Kernel,
    /// Of [`overlap`](crate::overlap): are samples realistic?
    Precision,
    /// Of [`overlap`](crate::overlap): is everything there?
    Recall,
    /// Of [`overlap`](crate::overlap): precision that outliers do not inflate.
    Density,
    /// Of [`overlap`](crate::overlap): recall that outliers do not inflate.
    Coverage,
    /// [`inception_score`](crate::inception_score), by the classifier of the feature space.
    InceptionScore,
    /// [`parzen`](crate::parzen()), of pixels in [0, 1].
    Parzen,
    /// How many modes were found.
    Modes,
    /// The share of samples near a mode.
    HighQuality,
    /// The divergence of the samples' shares of the modes from the data's.
    ReverseKl,
    /// The ratio of [`nearest_training`](crate::nearest_training): well below 1 where samples are copies.
    Nearest,
    /// [`diversity`](crate::diversity()): 1 where all samples are one image.
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

    /// As it is typed.
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

    /// The real images it needs beside the samples.
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

    /// Which of two figures is the better one. `nearest` is best at 1 and `diversity` at that of the data, so neither has a direction.
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

    /// Whether it compares features with those of real images.
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

    /// Whether it counts modes.
    #[must_use]
    pub fn counts_modes(self) -> bool {
        matches!(self, Self::Modes | Self::HighQuality | Self::ReverseKl)
    }
}

/// The direction in which a figure improves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Distances and divergences.
    Lower,
    /// Shares, scores and counts.
    Higher,
}

impl Better {
    /// Whether a figure is strictly better than an earlier one; never where either is NaN.
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
    fn names_are_read_back_and_are_those_of_reports() {
        for metric in MetricName::ALL {
            assert_eq!(metric.name().parse::<MetricName>().unwrap(), metric);
            let json = serde_json::to_string(&metric).unwrap();
            assert_eq!(json, format!("\"{metric}\""));
        }
        let refused = "fid".parse::<MetricName>().unwrap_err().to_string();
        assert!(refused.contains("`fid`") && refused.contains("frechet, kernel"));
    }

    #[test]
    fn an_equal_figure_is_no_better_and_nan_never_is() {
        for (better, good, bad) in [(Better::Lower, 1.0, 2.0), (Better::Higher, 2.0, 1.0)] {
            assert!(better.improves(good, bad));
            assert!(!better.improves(bad, good) && !better.improves(good, good));
            assert!(!better.improves(f64::NAN, bad) && !better.improves(good, f64::NAN));
        }
    }
}
