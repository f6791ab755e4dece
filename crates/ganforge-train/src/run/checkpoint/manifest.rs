//! What a manifest says of a checkpoint.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::telemetry::SavedTotals;

/// Where a run stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Manifest {
    /// Steps of the game done.
    pub step: u64,
    /// Real images shown to the discriminator.
    pub images: u64,
    /// Seconds of training so far, all sessions together.
    pub seconds: f64,
    /// Identity of the data.
    pub data_fingerprint: String,
    /// How many images the data hold; unknown of checkpoints of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_images: Option<usize>,
    /// Other data that the run was resumed with by `--accept-data`, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data_changes: Vec<DataChange>,
    /// What the weights came from that the run began with, where they are not those of its seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What the tick under way has counted so far.
    #[serde(default)]
    pub totals: SavedTotals,
    /// The folder of the checkpoint, beside the manifest; filled in, like all that follows, when the checkpoint is written.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub folder: String,
    /// SHA-256 of each file, in hexadecimal.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Folders of the checkpoints that are kept, from the oldest to this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<String>,
    /// Folders of checkpoints that are kept no longer, and removed after the manifest is written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<String>,
}

/// A change of data in the middle of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataChange {
    /// Real images shown to the discriminator before.
    pub after_images: u64,
    /// Identity of the data before.
    pub from_fingerprint: String,
    /// How many images they held, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_images: Option<usize>,
    /// Identity of the data from there on.
    pub to_fingerprint: String,
    /// How many images they hold.
    pub to_images: usize,
}

impl Manifest {
    /// Where a new run stands on data with this identity and so many images.
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

    /// The folders that are kept, from the oldest to this one.
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
