//! Stacked digits: three digits as the red, green and blue channel of one image, which gives a dataset of 1,000 countable modes.
//!
//! Protocol: Z. Lin, A. Khetan, G. Fanti, S. Oh, "`PacGAN`: the power of two samples in generative adversarial networks", 2018, section 4.2: the digits of
//! MNIST at their own size, 128,000 images.

use ganforge_core::ImageShape;

use super::raw_dataset::RawDataset;
use crate::error::DataError;
use crate::options::{DataOptions, Split};
use crate::storage::{StackedDigits, Storage};

/// Number of images of the protocol, used if `take` is not set.
const IMAGES: usize = 128_000;

/// Labels are combined only if the digits have at most ten classes.
const DIGIT_CLASSES: usize = 10;

/// The options with which the digits are loaded: grey, and all of them. Stacked images are RGB, so any other number of channels is refused.
pub(crate) fn digit_options(options: &DataOptions) -> Result<DataOptions, DataError> {
    check_channels(options)?;
    Ok(DataOptions {
        channels: Some(1),
        skip: 0,
        take: None,
        ..options.clone()
    })
}

/// Refuses any number of channels but three.
pub(crate) fn check_channels(options: &DataOptions) -> Result<(), DataError> {
    match options.channels {
        None | Some(3) => Ok(()),
        Some(channels) => Err(DataError::Option {
            key: "channels",
            value: channels.to_string(),
            allowed: "3, or leave it out: stacked digits are RGB".to_owned(),
        }),
    }
}

/// Stacks grey digits; `None` if they are not held in memory as pixels. The draws do not depend on the seed of a run: every run trains on the same images.
pub(crate) fn stack(digits: RawDataset, options: &DataOptions) -> Option<RawDataset> {
    let Storage::Pixels { bytes, white_level } = digits.storage else {
        return None;
    };
    let seed = match options.split {
        Split::Train => 0,
        Split::Test => 1,
    };
    let count = options
        .take
        .map_or(IMAGES, |take| take.saturating_add(options.skip));
    let stacked = StackedDigits::new(bytes, white_level, digits.shape.values(), seed, count);
    let digit_labels = digits
        .labels
        .filter(|_| options.labels && digits.classes.len() <= DIGIT_CLASSES);
    let labels: Option<Vec<u32>> = digit_labels.map(|digit_labels| {
        let label = |index| {
            stacked
                .digit_indices(index)
                .into_iter()
                .fold(0, |label, digit| 10 * label + digit_labels[digit])
        };
        (0..stacked.len()).map(label).collect()
    });
    Some(RawDataset {
        shape: ImageShape {
            channels: 3,
            ..digits.shape
        },
        storage: Storage::Stacked(stacked),
        classes: match labels {
            Some(_) => (0..1000).map(|class| format!("{class:03}")).collect(),
            None => Vec::new(),
        },
        labels,
        skipped: Vec::new(),
    })
}
