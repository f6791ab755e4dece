//! What the recipe asks the data to become.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{DataError, ImageShape};

/// What the data become on their way into batches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataOptions {
    /// `[height, width]` in pixels, each 1 to 8192; `None` keeps the size of the data, which then must be the same for all.
    pub size: Option<[usize; 2]>,
    /// 1 (grey, by the Rec. 709 luma weights) or 3 (RGB); `None` keeps what the data have, and a folder is grey when every file in it is stored as grey.
    pub channels: Option<usize>,
    /// How an image of another size comes to `size`.
    pub resize: Resize,
    /// The RGB colour that transparent pixels are laid on.
    pub background: [u8; 3],
    /// Mirror half of the training images left to right, anew in every batch. Only [`BatchStream`](crate::BatchStream) does so; reading an image never does.
    pub flip: bool,
    /// Whether classes are wanted. Data that have none are then an error; without this, classes are left out even where the data have them.
    pub labels: bool,
    /// Which part of the data.
    pub split: Split,
    /// How many images at the front of the part are passed over.
    pub skip: usize,
    /// How many images after those are used; `None` takes all of them, and 128,000 of stacked digits, which have no end.
    pub take: Option<usize>,
    /// Where fetched sets lie; `None` means [`cache_dir`](crate::cache_dir).
    pub cache_dir: Option<PathBuf>,
    /// How many pixels an image file may have, 1 to 2³². A larger one is left out before it is decoded, however small its file.
    pub max_pixels: u64,
    /// How many bytes the data may take in memory, at one byte a value of a pixel. A larger image folder is decoded again by worker threads, ahead of the step
    /// that needs it; larger IDX files and tables of points are refused.
    pub memory_limit: usize,
}

impl Default for DataOptions {
    /// Native size and channels, white behind transparency, no flips, no labels, all of the training part, 2²⁶ pixels an image file, 2 GiB of memory.
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

/// How an image of another size comes to the size asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resize {
    /// What suits the source: pad IDX files and the embedded digits, crop image folders.
    #[default]
    Auto,
    /// Centre on black (-1), never enlarged: MNIST's 28 becomes 32 without a pixel changed. An image too large is reduced to fit.
    Pad,
    /// Scale until the image covers the size, keep the centre: no distortion, no border.
    Crop,
    /// Scale height and width apart: nothing is cut off, shapes may distort.
    Stretch,
}

/// Which part of data that are published in two parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Split {
    /// The training part, or all of it where there is only one.
    #[default]
    Train,
    /// The test part: `t10k-*` or `*test*` IDX files, fresh draws of a mixture; an error where the source has none.
    Test,
}

/// The largest side an image may be asked to have, in pixels: a typing error should not take the memory of the machine.
const LARGEST_SIDE: usize = 8192;

/// The most images that may be asked of a source without an end, or be in a file: even their order takes memory.
pub(crate) const MOST_IMAGES: usize = 1 << 26;

/// The most pixels that a file may be allowed to have.
const MOST_PIXELS: u64 = 1 << 32;

impl DataOptions {
    /// Refuses values out of range, whatever the source.
    pub(crate) fn check(&self) -> Result<(), DataError> {
        if let Some([height, width]) = self.size
            && !((1..=LARGEST_SIDE).contains(&height) && (1..=LARGEST_SIDE).contains(&width))
        {
            return Err(DataError::Option {
                key: "size",
                value: format!("[{height}, {width}]"),
                allowed: format!("[height, width], each from 1 to {LARGEST_SIDE}"),
            });
        }
        for (key, least, value) in [("skip", 0, Some(self.skip)), ("take", 1, self.take)] {
            if let Some(value) = value
                && !(least..=MOST_IMAGES).contains(&value)
            {
                return Err(DataError::Option {
                    key,
                    value: value.to_string(),
                    allowed: format!("{least} to {MOST_IMAGES}"),
                });
            }
        }
        if !(1..=MOST_PIXELS).contains(&self.max_pixels) {
            return Err(DataError::Option {
                key: "max_pixels",
                value: self.max_pixels.to_string(),
                allowed: format!("1 to {MOST_PIXELS}"),
            });
        }
        Ok(())
    }

    /// Whether so many items of so many bytes each stay below the memory limit.
    pub(crate) fn fits(&self, count: usize, bytes: usize) -> bool {
        count
            .checked_mul(bytes)
            .is_some_and(|bytes| bytes <= self.memory_limit)
    }

    /// Refuses so many items of so many bytes each if they exceed the memory limit. `what` names them for the message.
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

    /// Refuses a number of channels that images cannot have.
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

    /// Refuses a size or channels that points cannot have; those of a point are welcome.
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
