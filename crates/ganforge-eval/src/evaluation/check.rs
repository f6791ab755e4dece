//! Which metrics which data admit.

use super::{Evaluation, EvaluationError, MetricName, ModeSource};
use crate::frechet_fits;
use crate::spaces::{FeatureSpace, check_stacked, inner};

/// The shape of a point in the plane: two channels of one pixel.
const POINT: [usize; 3] = [2, 1, 1];

/// Refuses a metric that these images do not admit, and stacked digits of another size than they are scored at.
pub(super) fn check(evaluation: &Evaluation, dimensions: usize) -> Result<(), EvaluationError> {
    for &metric in &evaluation.metrics {
        if let Some(reason) = refusal(metric, evaluation) {
            return Err(EvaluationError::NotHere { metric, reason });
        }
    }
    if evaluation.metrics.contains(&MetricName::Frechet) {
        frechet_fits(dimensions, evaluation.samples.max(evaluation.reference))?;
    }
    match &evaluation.modes {
        Some(ModeSource::StackedDigits { .. }) => Ok(check_stacked(inner(evaluation.image))?),
        Some(ModeSource::Mixture { .. }) | None => Ok(()),
    }
}

/// Why modes cannot be counted.
pub(super) fn no_modes(metric: MetricName) -> EvaluationError {
    EvaluationError::NotHere {
        metric,
        reason: NO_MODES,
    }
}

const NO_MODES: &str =
    "the modes of these data are not known; those of ring8, grid25 and stacked digits are";

fn refusal(metric: MetricName, evaluation: &Evaluation) -> Option<&'static str> {
    let points = evaluation.image == POINT;
    match (metric, &evaluation.modes, &evaluation.space) {
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
