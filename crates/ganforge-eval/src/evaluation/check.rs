//! Checks that the data and the feature space admit the metrics.

use super::config::EvaluatorConfig;
use super::metric_name::MetricName;
use super::mode_source::ModeSource;
use crate::error::EvalError;
use crate::metrics::frechet_fits;
use crate::spaces::{FeatureSpace, check_stacked, cropped_shape};

/// Fails for a metric that these images do not admit, and for stacked digits of a size that the classifier does not take.
pub(super) fn check(config: &EvaluatorConfig, dimensions: usize) -> Result<(), EvalError> {
    for &metric in &config.metrics {
        if let Some(reason) = refusal(metric, config) {
            return Err(EvalError::Unsupported {
                metric: metric.name(),
                reason,
            });
        }
    }
    if config.metrics.contains(&MetricName::Frechet) {
        frechet_fits(dimensions, config.samples.max(config.reference))?;
    }
    match &config.modes {
        Some(ModeSource::StackedDigits { .. }) => check_stacked(cropped_shape(config.image)),
        Some(ModeSource::Mixture { .. }) | None => Ok(()),
    }
}

/// The error of a metric that counts modes, if the modes are unknown.
pub(super) fn no_modes(metric: MetricName) -> EvalError {
    EvalError::Unsupported {
        metric: metric.name(),
        reason: NO_MODES,
    }
}

const NO_MODES: &str = "the modes of these data are not known; those of ring5, ring10, ring8, grid25 and stacked digits are";

fn refusal(metric: MetricName, config: &EvaluatorConfig) -> Option<&'static str> {
    let points = config.image.is_point();
    match (metric, &config.modes, &config.space) {
        (MetricName::Modes | MetricName::HighQuality | MetricName::ReverseKl, None, _) => {
            Some(NO_MODES)
        }
        (MetricName::HighQuality, Some(ModeSource::StackedDigits { .. }), _) => {
            Some("every image counts for one of the stacked digits; ask for modes and reverse-kl")
        }
        (MetricName::InceptionScore, _, FeatureSpace::Raw) => Some(
            "raw features come with no classifier; ask for inception features, or digits features",
        ),
        (MetricName::Parzen | MetricName::Diversity, ..) if points => {
            Some("points have no pixels; ask for modes, high-quality or frechet")
        }
        _ => None,
    }
}
