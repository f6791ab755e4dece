//! How data are selected and preprocessed.

use std::path::PathBuf;

use ganforge_core::ImageShape;
use serde::{Deserialize, Serialize};

use crate::error::DataError;

/// Which part of a source is used, and how it is preprocessed.
///
/// ```
/// use ganforge_data::{DataOptions, Resize, Split};
///
/// let options = DataOptions::new()
///     .size([32, 32])
///     .resize(Resize::Crop)
///     .labels(true)
///     .split(Split::Test)
///     .take(1000);
/// assert_eq!(options.size, Some([32, 32]));
/// assert_eq!(options.channels, None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataOptions {
    /// `[height, width]` in pixels, each 1 to 8192; `None` keeps the size of the images, which must then all have the same.
    pub size: Option<[usize; 2]>,
    /// 1 (grey, by the Rec. 709 luma weights) or 3 (RGB); `None` keeps those of the data; a folder is grey if all its files are.
    pub channels: Option<usize>,
    /// How an image of another size is brought to `size`.
    pub resize: Resize,
    /// The RGB colour behind transparent pixels.
    pub background: [u8; 3],
    /// Flip each training image left to right with probability 1/2, drawn anew in every batch. Only [`BatchStream`](crate::BatchStream) flips; reading an image
    /// does not.
    pub flip: bool,
    /// Load labels. Unlabelled data are then an error. If false, labels are dropped.
    pub labels: bool,
    /// The training or the test split.
    pub split: Split,
    /// Number of images at the start of the split that are skipped.
    pub skip: usize,
    /// Number of images after those that are used; `None` uses all, and 128,000 stacked digits, which are unlimited.
    pub take: Option<usize>,
    /// The folder of downloaded datasets; `None` means [`cache_dir`](crate::cache_dir).
    pub cache_dir: Option<PathBuf>,
    /// Maximum number of pixels of an image file, 1 to 2³². A larger one is skipped before it is decoded.
    pub max_pixels: u64,
    /// Maximum number of bytes of the data in memory, one byte per channel of a pixel. A larger image folder is streamed: worker threads decode it again in
    /// every epoch. Larger IDX and CSV files are refused.
    pub memory_limit: usize,
}

impl Default for DataOptions {
    /// Native size and channels, white behind transparency, no flips, no labels, the whole training split, 2²⁶ pixels per image file, 2 GiB of memory.
    fn default() -> Self {
        Self {
            size: None,
            channels: None,
            resize: Resize::Auto,
            background: [255; 3],
            flip: false,
            labels: false,
            split: Split::Train,
            skip: 0,
            take: None,
            cache_dir: None,
            max_pixels: 1 << 26,
            memory_limit: 2 << 30,
        }
    }
}

/// How an image is brought to the requested size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resize {
    /// The default of the source: pad IDX files and the embedded digits, crop image folders.
    #[default]
    Auto,
    /// Centre on black (-1) without enlarging: MNIST's 28×28 becomes 32×32 with unchanged pixels. A larger image is reduced to fit.
    Pad,
    /// Scale until the image covers the size and crop the centre: no distortion, no border.
    Crop,
    /// Scale height and width independently: nothing is cropped, the aspect ratio may change.
    Stretch,
}

/// The split of a dataset that is published in two parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Split {
    /// The training split, or the whole source if it has no splits.
    #[default]
    Train,
    /// The test split: `t10k-*` or `*test*` IDX files, independent draws of a mixture; an error if the source has none.
    Test,
}

/// Maximum height and width, in pixels: a typing error must not exhaust the memory.
const MAX_SIDE: usize = 8192;

/// Maximum number of images of a dataset: even their order takes memory.
pub(crate) const MAX_IMAGES: usize = 1 << 26;

/// Upper bound of `max_pixels`.
const MAX_PIXELS: u64 = 1 << 32;

impl DataOptions {
    /// The default options.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets `[height, width]` in pixels, each 1 to 8192.
    #[must_use]
    pub fn size(mut self, size: [usize; 2]) -> Self {
        self.size = Some(size);
        self
    }

    /// Sets the number of channels: 1 (grey) or 3 (RGB).
    #[must_use]
    pub fn channels(mut self, channels: usize) -> Self {
        self.channels = Some(channels);
        self
    }

    /// Sets how images are brought to [`size`](Self::size).
    #[must_use]
    pub fn resize(mut self, resize: Resize) -> Self {
        self.resize = resize;
        self
    }

    /// Flips training images at random.
    #[must_use]
    pub fn flip(mut self, flip: bool) -> Self {
        self.flip = flip;
        self
    }

    /// Loads labels.
    #[must_use]
    pub fn labels(mut self, labels: bool) -> Self {
        self.labels = labels;
        self
    }

    /// Selects the training or the test split.
    #[must_use]
    pub fn split(mut self, split: Split) -> Self {
        self.split = split;
        self
    }

    /// Skips the first `count` images of the split.
    #[must_use]
    pub fn skip(mut self, count: usize) -> Self {
        self.skip = count;
        self
    }

    /// Uses `count` images only.
    #[must_use]
    pub fn take(mut self, count: usize) -> Self {
        self.take = Some(count);
        self
    }

    /// Sets the maximum number of bytes of the data in memory.
    #[must_use]
    pub fn memory_limit(mut self, bytes: usize) -> Self {
        self.memory_limit = bytes;
        self
    }

    /// Refuses values that are out of range for every source.
    pub(crate) fn check(&self) -> Result<(), DataError> {
        if let Some([height, width]) = self.size
            && !((1..=MAX_SIDE).contains(&height) && (1..=MAX_SIDE).contains(&width))
        {
            return Err(DataError::Option {
                key: "size",
                value: format!("[{height}, {width}]"),
                allowed: format!("[height, width], each from 1 to {MAX_SIDE}"),
            });
        }
        for (key, least, value) in [("skip", 0, Some(self.skip)), ("take", 1, self.take)] {
            if let Some(value) = value
                && !(least..=MAX_IMAGES).contains(&value)
            {
                return Err(DataError::Option {
                    key,
                    value: value.to_string(),
                    allowed: format!("{least} to {MAX_IMAGES}"),
                });
            }
        }
        if !(1..=MAX_PIXELS).contains(&self.max_pixels) {
            return Err(DataError::Option {
                key: "max_pixels",
                value: self.max_pixels.to_string(),
                allowed: format!("1 to {MAX_PIXELS}"),
            });
        }
        Ok(())
    }

    /// True if `count` items of `bytes` bytes each are within the memory limit.
    pub(crate) fn fits(&self, count: usize, bytes: usize) -> bool {
        count
            .checked_mul(bytes)
            .is_some_and(|bytes| bytes <= self.memory_limit)
    }

    /// Refuses `count` items of `bytes` bytes each if they exceed the memory limit. `what` names them in the error.
    pub(crate) fn check_memory(
        &self,
        count: usize,
        bytes: usize,
        what: impl FnOnce() -> String,
    ) -> Result<(), DataError> {
        if self.fits(count, bytes) {
            return Ok(());
        }
        Err(DataError::TooLarge {
            what: what(),
            bytes: count as u128 * bytes as u128,
            limit: self.memory_limit,
        })
    }

    /// Refuses a number of channels other than 1 and 3.
    pub(crate) fn check_channels(&self) -> Result<(), DataError> {
        match self.channels {
            None | Some(1 | 3) => Ok(()),
            Some(other) => Err(DataError::Option {
                key: "channels",
                value: other.to_string(),
                allowed: "1 (grey) or 3 (RGB)".to_owned(),
            }),
        }
    }

    /// Refuses a size or number of channels other than that of a 2-D point.
    pub(crate) fn check_points(&self) -> Result<(), DataError> {
        let point = ImageShape::POINT;
        let refuse = |key, value| {
            Err(DataError::Option {
                key,
                value,
                allowed: format!("none, leave it out: 2-D points are always {point}"),
            })
        };
        match (self.size, self.channels) {
            (Some(size), _) if size != [point.height, point.width] => {
                refuse("size", format!("{size:?}"))
            }
            (_, Some(channels)) if channels != point.channels => {
                refuse("channels", channels.to_string())
            }
            _ => Ok(()),
        }
    }
}
