//! `[evaluation]`: the metrics of a run, and the one by which its best model is kept.

use std::collections::BTreeSet;

use ganforge_data::Split;
use ganforge_eval::spaces::FeatureName;
use ganforge_eval::{Better, MetricName};
use serde::{Deserialize, Serialize};

use crate::error::RecipeError;

/// Upper bound of the number of samples, far above any protocol, to catch typing errors.
const MOST_SAMPLES: usize = 1 << 20;

/// The evaluation of a run, `[evaluation]` in a recipe; without it a run is not evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvaluationConfig {
    /// The metrics.
    pub metrics: BTreeSet<MetricName>,
    /// Number of generated samples, always from the same latents; the reference has at most as many real images.
    #[serde(default = "two_thousand")]
    pub samples: usize,
    /// Ticks between two evaluations; the last tick of a run is always evaluated.
    #[serde(default = "one")]
    pub every: u64,
    /// The feature space in which images are compared.
    #[serde(default)]
    pub features: FeatureName,
    /// The split of the data used as reference.
    #[serde(default)]
    pub split: Split,
    /// The metric by which the best model is kept, in addition to the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_best: Option<MetricName>,
}

impl EvaluationConfig {
    /// The metric by which the best model is kept, and its direction.
    #[must_use]
    pub fn keeps(&self) -> Option<(MetricName, Better)> {
        let metric = self.keep_best?;
        Some((metric, metric.better()?))
    }

    pub(super) fn check(&self) -> Result<(), RecipeError> {
        if self.metrics.is_empty() {
            let allowed = format!("one or more of {}", list(&MetricName::ALL));
            return Err(RecipeError::value("evaluation.metrics", "[]", allowed));
        }
        if !(1..=MOST_SAMPLES).contains(&self.samples) {
            let allowed = format!("1 to {MOST_SAMPLES}");
            return Err(RecipeError::value(
                "evaluation.samples",
                self.samples,
                allowed,
            ));
        }
        if self.every == 0 {
            return Err(RecipeError::value("evaluation.every", 0, "1 or more"));
        }
        let Some(metric) = self.keep_best else {
            return Ok(());
        };
        let refuse = |allowed| Err(RecipeError::value("evaluation.keep_best", metric, allowed));
        if !self.metrics.contains(&metric) {
            return refuse(format!(
                "one of evaluation.metrics, {}",
                list(&self.metrics)
            ));
        }
        if metric.better().is_none() {
            return refuse(
                "a metric that is better the higher or the lower it is: nearest is best at 1, diversity at that of the data"
                    .to_owned(),
            );
        }
        Ok(())
    }
}

fn list<'a>(metrics: impl IntoIterator<Item = &'a MetricName>) -> String {
    let names: Vec<&str> = metrics.into_iter().map(|metric| metric.name()).collect();
    names.join(", ")
}

fn two_thousand() -> usize {
    2000
}

fn one() -> u64 {
    1
}
