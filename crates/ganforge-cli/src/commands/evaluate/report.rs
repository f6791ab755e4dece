//! What an evaluation found, and how that compares with an earlier one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ganforge_core::read_text;
use ganforge_data::DataSpec;
use ganforge_eval::{Difference, Figure, MetricName, Protocol};
use serde::{Deserialize, Serialize};

use crate::error::CliError;

/// What `evaluate --json` prints.
#[derive(Debug, Serialize, Deserialize)]
pub struct Report {
    /// The model file.
    #[serde(default)]
    pub model: String,
    /// Real images that the model has seen in training.
    #[serde(default)]
    pub images_seen: u64,
    /// Number of samples.
    pub samples: usize,
    /// The real data.
    pub data: String,
    /// A figure for each metric.
    pub metrics: BTreeMap<MetricName, Figure>,
    /// What real images score, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
    /// By how much each figure exceeds the earlier one, where there was one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub change: BTreeMap<MetricName, f64>,
    /// Where the earlier figures are, of a report that is compared with them.
    #[serde(skip)]
    pub since: Option<PathBuf>,
    /// The file it was read from.
    #[serde(skip)]
    path: PathBuf,
}

/// What real images score in the place of samples, by the same protocol.
#[derive(Debug, Serialize, Deserialize)]
pub struct Baseline {
    /// How many there are: as many as samples.
    pub images: usize,
    /// The part of the data that they are of.
    pub split: String,
    /// A value for each metric that has one.
    pub values: BTreeMap<MetricName, f64>,
}

impl Report {
    /// What was just found.
    pub fn new(
        model: &Path,
        images_seen: u64,
        samples: usize,
        data: &DataSpec,
        metrics: BTreeMap<MetricName, Figure>,
    ) -> Self {
        Self {
            model: model.display().to_string(),
            images_seen,
            samples,
            data: data.to_string(),
            metrics,
            baseline: None,
            change: BTreeMap::new(),
            since: None,
            path: PathBuf::new(),
        }
    }

    /// What was found earlier.
    pub fn read(path: &Path) -> Result<Self, CliError> {
        let refuse = |reason: String| CliError::System(format!("{}: {reason}", path.display()));
        let text = read_text(path).map_err(|error| refuse(error.to_string()))?;
        let report: Self = serde_json::from_str(&text).map_err(|error| {
            refuse(format!(
                "not what `ganforge evaluate --json` prints ({error})"
            ))
        })?;
        Ok(Self {
            path: path.to_owned(),
            ..report
        })
    }

    /// Refuses to be compared with figures of other protocols, besides keys that are not known yet, or with none of its own metrics.
    pub fn check(
        &self,
        protocol: impl Fn(MetricName) -> Protocol,
        unknown: &[&str],
        metrics: &BTreeSet<MetricName>,
    ) -> Result<(), CliError> {
        let mut shared = self
            .metrics
            .iter()
            .filter(|(metric, _)| metrics.contains(metric))
            .peekable();
        if shared.peek().is_none() {
            let known: Vec<&str> = self.metrics.keys().map(|metric| metric.name()).collect();
            return Err(CliError::Usage(format!(
                "{} has none of these metrics; it has {}",
                self.path.display(),
                known.join(", ")
            )));
        }
        for (&metric, earlier) in shared {
            if let Some(difference) =
                protocol(metric).difference_besides(&earlier.protocol, unknown)
            {
                return Err(self.incomparable(metric, &difference));
            }
        }
        Ok(())
    }

    /// Adds the change from an earlier report, of every metric that both have.
    pub fn compare(&mut self, earlier: &Self) -> Result<(), CliError> {
        // Through text and back, as the earlier ones went: a reader of JSON may round decimals.
        let text = serde_json::to_string(&self.metrics);
        let now = text.and_then(|text| serde_json::from_str(&text));
        let now: BTreeMap<MetricName, Figure> =
            now.map_err(|error| CliError::System(error.to_string()))?;
        for (metric, figure) in now {
            if let Some(before) = earlier.metrics.get(&metric) {
                let change = figure.change_from(before)?;
                self.change.insert(metric, change);
            }
        }
        self.since = Some(earlier.path.clone());
        Ok(())
    }

    fn incomparable(&self, metric: MetricName, difference: &Difference) -> CliError {
        let Difference { key, first, second } = difference;
        let path = self.path.display();
        CliError::System(match key.as_str() {
            "digest" => format!(
                "{metric} cannot be compared with {path}: its real images are others than those here; evaluate that model again beside these"
            ),
            _ => format!(
                "{metric} cannot be compared with {path}: `{key}` is {first} here and {second} there; evaluate again with the same protocol"
            ),
        })
    }
}
