//! What preprocessing would do with a source of images.

use std::path::Path;

use ganforge_core::ImageShape;
use serde::Serialize;

use super::image_summary::ImageSummary;
use crate::error::DataError;
use crate::options::{DataOptions, Resize};
use crate::sources::RawDataset;
use crate::sources::folder::{self, ScannedImage};
use crate::sources::idx::{self, IdxImages};
use crate::sources::stacked;
use crate::storage::StackedDigits;
use crate::transform::{Geometry, side};

/// What preprocessing would do with a source of images. The counts overlap: an image can be both cropped and reduced.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The shape of every image after preprocessing; `None` if the options do not fit the data.
    pub shape: Option<ImageShape>,
    /// Why the options do not fit the data, and what to do.
    pub problem: Option<String>,
    /// Images whose pixels do not change.
    pub unchanged: usize,
    /// Images scaled up along a side.
    pub enlarged: usize,
    /// Images scaled down along a side.
    pub reduced: usize,
    /// Images that are cropped.
    pub cropped: usize,
    /// Images that are padded with black.
    pub padded: usize,
    /// Colour images that are converted to grey.
    pub made_grey: usize,
    /// Grey images that are converted to RGB.
    pub made_rgb: usize,
    /// Images with transparency, which are composited on the background colour.
    pub laid_on_background: usize,
    /// Bytes of memory for all images.
    pub bytes: usize,
    /// True if the images exceed the memory limit and are streamed.
    pub streamed: bool,
}

/// The outcome for a folder.
pub(super) fn outcome_of_folder(
    folder: &Path,
    images: &[ScannedImage],
    summaries: &[ImageSummary],
    options: &DataOptions,
) -> Outcome {
    if images.is_empty() {
        return problem("no image can be read".to_owned());
    }
    let classed = summaries
        .iter()
        .filter(|image| image.class.is_some())
        .count();
    if options.labels && classed < summaries.len() {
        return problem(format!(
            "classes are wanted and {} images lie in no class folder",
            summaries.len() - classed
        ));
    }
    let shape = options
        .check_channels()
        .and_then(|()| folder::common_shape(folder, images, options));
    let streamed = |shape: ImageShape| !options.fits(images.len(), shape.values());
    outcome(shape, folder::resize_method(options), streamed, summaries)
}

/// The outcome for an IDX file.
pub(super) fn outcome_of_idx(
    images: &IdxImages,
    summaries: &[ImageSummary],
    options: &DataOptions,
) -> Outcome {
    if options.labels && summaries.iter().any(|image| image.class.is_none()) {
        return problem("classes are wanted and there is no label file".to_owned());
    }
    let shape = idx::requested_shape(images, options);
    let shape = options
        .check_channels()
        .and_then(|()| idx::check_memory(images, shape, options))
        .map(|()| shape);
    outcome(shape, idx::resize_method(options), |_| false, summaries)
}

/// The outcome for stacked digits, of which only the digits are held in memory.
pub(super) fn outcome_of_stacked(
    raw: &RawDataset,
    digits: &StackedDigits,
    summaries: &[ImageSummary],
    options: &DataOptions,
) -> Outcome {
    if options.labels && raw.labels.is_none() {
        return problem(
            "classes are wanted and the digits have no label file, or are not ten".to_owned(),
        );
    }
    let [height, width] = options.size.unwrap_or([raw.shape.height, raw.shape.width]);
    let shape = stacked::check_channels(options).map(|()| ImageShape {
        channels: 3,
        height,
        width,
    });
    Outcome {
        bytes: digits.digits() * height * width,
        ..outcome(shape, idx::resize_method(options), |_| false, summaries)
    }
}

fn problem(problem: String) -> Outcome {
    Outcome {
        problem: Some(problem),
        ..Outcome::default()
    }
}

fn outcome(
    shape: Result<ImageShape, DataError>,
    resize: Resize,
    streamed: impl Fn(ImageShape) -> bool,
    summaries: &[ImageSummary],
) -> Outcome {
    let shape = match shape {
        Ok(shape) => shape,
        Err(error) => return problem(error.to_string()),
    };
    let mut outcome = Outcome {
        shape: Some(shape),
        bytes: summaries.len() * shape.values(),
        streamed: streamed(shape),
        ..Outcome::default()
    };
    let size = (side(shape.width), side(shape.height));
    for image in summaries {
        let geometry = Geometry::new(resize, (image.width, image.height), size);
        let made_grey = image.has_color && shape.channels == 1;
        let resized =
            geometry.enlarges() || geometry.reduces() || geometry.crops() || geometry.pads();
        outcome.enlarged += usize::from(geometry.enlarges());
        outcome.reduced += usize::from(geometry.reduces());
        outcome.cropped += usize::from(geometry.crops());
        outcome.padded += usize::from(geometry.pads());
        outcome.made_grey += usize::from(made_grey);
        outcome.made_rgb += usize::from(!image.has_color && shape.channels == 3);
        outcome.laid_on_background += usize::from(image.has_alpha);
        outcome.unchanged += usize::from(!resized && !made_grey && !image.has_alpha);
    }
    outcome
}
