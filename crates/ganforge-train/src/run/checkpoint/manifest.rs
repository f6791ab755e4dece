//! The manifest of a checkpoint.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::telemetry::SavedTotals;

/// The position of a run, with the files of its checkpoint.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Manifest {
    /// Number of completed steps.
    pub step: u64,
    /// Number of real images that the discriminator has seen.
    pub images: u64,
    /// Seconds of training so far over all sessions.
    pub seconds: f64,
    /// Fingerprint of the data.
    pub data_fingerprint: String,
    /// Number of images of the data; absent in checkpoints of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_images: Option<usize>,
    /// Changes of data accepted by `--accept-data`, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data_changes: Vec<DataChange>,
    /// The source of the initial weights, if they were not drawn from the seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The sums of the current tick.
    #[serde(default)]
    pub totals: SavedTotals,
    /// The folder of the checkpoint, beside the manifest; like all following fields set when the checkpoint is written.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub folder: String,
    /// SHA-256 of each file, in hexadecimal.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Folders of the kept checkpoints, from the oldest to this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<String>,
    /// Folders of old checkpoints, which are removed after the manifest is written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<String>,
}

/// A change of data in the middle of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataChange {
    /// Number of real images that the discriminator had seen before.
    pub after_images: u64,
    /// Fingerprint of the data before.
    pub from_fingerprint: String,
    /// Number of images of the data before, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_images: Option<usize>,
    /// Fingerprint of the data from there on.
    pub to_fingerprint: String,
    /// Number of images of the data from there on.
    pub to_images: usize,
}

impl Manifest {
    /// The start of a new run on data with this fingerprint and number of images.
    #[must_use]
    pub fn at_the_beginning(data_fingerprint: &str, data_images: usize) -> Self {
        Self {
            data_fingerprint: data_fingerprint.to_owned(),
            data_images: Some(data_images),
            ..Self::default()
        }
    }

    /// The name of the folder: that of the step, in manifests of earlier versions.
    #[must_use]
    pub fn folder_name(&self) -> String {
        if self.folder.is_empty() {
            step_name(self.step)
        } else {
            self.folder.clone()
        }
    }

    /// True if no checkpoint of the run precedes this one.
    pub(super) fn is_first(&self) -> bool {
        self.kept.len() == 1 && self.dropped.is_empty()
    }

    /// The kept folders, from the oldest to this one.
    pub(super) fn kept_names(&self) -> Vec<String> {
        if self.kept.is_empty() {
            vec![self.folder_name()]
        } else {
            self.kept.clone()
        }
    }
}

/// The name of a checkpoint's folder.
pub(super) fn step_name(step: u64) -> String {
    format!("step-{step:09}")
}
