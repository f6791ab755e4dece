//! The result of an evaluation, and its comparison with an earlier one.

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
    /// Real images seen in training.
    #[serde(default)]
    pub images_seen: u64,
    /// Number of samples.
    pub samples: usize,
    /// The real data.
    pub data: String,
    /// The value of each metric, with its protocol.
    pub metrics: BTreeMap<MetricName, Figure>,
    /// The baseline, if requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
    /// The difference of each value from the earlier one, if there is one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub change: BTreeMap<MetricName, f64>,
    /// The file of the earlier report, if there is one.
    #[serde(skip)]
    pub since: Option<PathBuf>,
    /// The file this report was read from.
    #[serde(skip)]
    path: PathBuf,
}

/// Values of real images in place of samples, by the same protocol.
#[derive(Debug, Serialize, Deserialize)]
pub struct Baseline {
    /// Their number, which is that of samples.
    pub images: usize,
    /// The split of the data they are from.
    pub split: String,
    /// The value of each metric that has one.
    pub values: BTreeMap<MetricName, f64>,
}

impl Report {
    /// A report of new results.
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

    /// Reads an earlier report.
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

    /// Checks that this report can be compared: it shares a metric, and each shared metric has the same protocol, `unknown` keys aside.
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

    /// Adds the changes from an earlier report, for metrics in both.
    pub fn compare(&mut self, earlier: &Self) -> Result<(), CliError> {
        // Through JSON, as the earlier values were: parsing may round decimals.
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
