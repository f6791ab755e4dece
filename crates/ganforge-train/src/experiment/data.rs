//! `[data]`: what is learned.

use ganforge_data::{DataOptions, DataSpec, Resize};
use serde::{Deserialize, Serialize};

/// `[data]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// Where images come from; `--data` replaces it.
    pub source: DataSpec,
    /// `[height, width]` in pixels; the size of the data where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<[usize; 2]>,
    /// 1 for grey, 3 for RGB; that of the data where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<usize>,
    /// How images of another size are brought to `size`.
    #[serde(default)]
    pub resize: Resize,
    /// RGB that transparent pixels are laid on.
    #[serde(default = "white")]
    pub background: [u8; 3],
    /// Images at the front of the data that are passed over.
    #[serde(default)]
    pub skip: usize,
    /// Images used, after those; all there are where absent, and 128,000 of stacked digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take: Option<usize>,
    /// Mirror half of the images left to right while training.
    #[serde(default)]
    pub flip: bool,
    /// Show the class of each image to both players.
    #[serde(default)]
    pub labels: bool,
    /// Labelled images of each class, for a semi-supervised system; they are chosen by the run's seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labelled: Option<usize>,
    /// Pixels of an image file at most, a larger one is left out; 2²⁶ where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_pixels: Option<u64>,
    /// Bytes that the data may take in memory; 2 GiB where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_limit: Option<usize>,
}

impl DataConfig {
    /// What the data crate is asked for.
    #[must_use]
    pub fn options(&self) -> DataOptions {
        let usual = DataOptions::default();
        DataOptions {
            size: self.size,
            channels: self.channels,
            resize: self.resize,
            background: self.background,
            flip: self.flip,
            labels: self.labels,
            skip: self.skip,
            take: self.take,
            max_pixels: self.max_pixels.unwrap_or(usual.max_pixels),
            memory_limit: self.memory_limit.unwrap_or(usual.memory_limit),
            ..usual
        }
    }
}

fn white() -> [u8; 3] {
    [255; 3]
}
