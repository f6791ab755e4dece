//! `[evaluation]`: which metrics a run watches, and by which of them it keeps its best model.

use std::collections::BTreeSet;

use ganforge_data::Split;
use ganforge_eval::spaces::FeatureName;
use ganforge_eval::{Better, MetricName};
use serde::{Deserialize, Serialize};

use crate::error::RecipeError;

/// Far more samples than any protocol takes; beyond it lie typing errors.
const MOST_SAMPLES: usize = 1 << 20;

/// `[evaluation]`; a run whose recipe has none is not evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvaluationConfig {
    /// What is measured.
    pub metrics: BTreeSet<MetricName>,
    /// Images drawn from the generator, always from the same latents; the reference is as many real ones at most.
    #[serde(default = "two_thousand")]
    pub samples: usize,
    /// Ticks between two evaluations; the last tick of a run is evaluated in any case.
    #[serde(default = "one")]
    pub every: u64,
    /// What images are compared by.
    #[serde(default)]
    pub features: FeatureName,
    /// The part of the data that is the reference.
    #[serde(default)]
    pub split: Split,
    /// The metric by which the best model is kept beside the last one.
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
