//! `[data]`: the dataset.

use ganforge_data::{DataOptions, DataSpec, Resize};
use serde::{Deserialize, Serialize};

/// The dataset, `[data]` in a recipe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// The data source; `--data` overrides it.
    pub source: DataSpec,
    /// `[height, width]` in pixels; by default the size of the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<[usize; 2]>,
    /// Number of channels, 1 for grey, 3 for RGB; by default that of the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<usize>,
    /// How images of other sizes are resized to `size`.
    #[serde(default)]
    pub resize: Resize,
    /// Background colour for transparent pixels, RGB.
    #[serde(default = "white")]
    pub background: [u8; 3],
    /// Number of images skipped at the start of the data.
    #[serde(default)]
    pub skip: usize,
    /// Number of images used after those; by default all, and 128,000 for stacked digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take: Option<usize>,
    /// Mirrors half of the images horizontally while training.
    #[serde(default)]
    pub flip: bool,
    /// Conditions both players on the class of each image.
    #[serde(default)]
    pub labels: bool,
    /// Labelled images of each class, for a semi-supervised system; they are chosen by the run's seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labelled: Option<usize>,
    /// Largest number of pixels of an image file, default 2²⁶; larger files are skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_pixels: Option<u64>,
    /// Memory limit of the data in bytes, default 2 GiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_limit: Option<usize>,
}

impl DataConfig {
    /// The options of the dataset.
    #[must_use]
    pub fn options(&self) -> DataOptions {
        let usual = DataOptions::default();
        DataOptions {
            size: self.size,
            channels: self.channels,
            resize: self.resize,
            background: self.background,
            flip: self.flip,
            labels: self.labels || self.labelled.is_some(),
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
