//! What a recipe would do with a set of images.

use std::path::Path;

use serde::Serialize;

use super::examine::Examined;
use crate::fit::side;
use crate::folder::{self, Surveyed};
use crate::idx::{self, IdxImages};
use crate::loaded::Loaded;
use crate::placement::Placement;
use crate::stacked::{Stacked, not_rgb};
use crate::{DataError, DataOptions, ImageShape, Resize};

/// What a recipe would do with a set of images. An image may be counted in several ways: one can be cropped and reduced.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The shape that every image gets; `None` when the data cannot be used as asked.
    pub shape: Option<ImageShape>,
    /// Why the data cannot be used as asked, and what to do.
    pub problem: Option<String>,
    /// Images whose pixels stay as they are.
    pub unchanged: usize,
    /// Images scaled up along a side.
    pub enlarged: usize,
    /// Images scaled down along a side.
    pub reduced: usize,
    /// Images that lose a border.
    pub cropped: usize,
    /// Images that get a black border.
    pub padded: usize,
    /// Colour images made grey.
    pub made_grey: usize,
    /// Grey images stored as RGB.
    pub made_rgb: usize,
    /// Images whose transparency is laid on the background.
    pub laid_on_background: usize,
    /// Bytes of memory for all of them.
    pub bytes: usize,
    /// Whether they are decoded again in every epoch because that exceeds the limit.
    pub streamed: bool,
}

/// What becomes of a folder.
pub(super) fn outcome_of_folder(
    folder: &Path,
    images: &[Surveyed],
    examined: &[Examined],
    options: &DataOptions,
) -> Outcome {
    if images.is_empty() {
        return problem("no image can be read".to_owned());
    }
    let classed = examined
        .iter()
        .filter(|image| image.class.is_some())
        .count();
    if options.labels && classed < examined.len() {
        return problem(format!(
            "classes are wanted and {} images lie in no class folder",
            examined.len() - classed
        ));
    }
    let shape = options
        .check_channels()
        .and_then(|()| folder::common_shape(folder, images, options));
    let streamed = |shape: ImageShape| !options.fits(images.len(), shape.values());
    outcome(shape, folder::resize(options), streamed, examined)
}

/// What becomes of the images of an IDX file.
pub(super) fn outcome_of_idx(
    images: &IdxImages,
    examined: &[Examined],
    options: &DataOptions,
) -> Outcome {
    if options.labels && examined.iter().any(|image| image.class.is_none()) {
        return problem("classes are wanted and there is no label file".to_owned());
    }
    let [height, width] = options.size.unwrap_or([images.height, images.width]);
    let shape = ImageShape {
        channels: options.channels.unwrap_or(1),
        height,
        width,
    };
    let shape = options
        .check_channels()
        .and_then(|()| idx::check_memory(images, shape, options))
        .map(|()| shape);
    outcome(shape, idx_resize(options), |_| false, examined)
}

/// What becomes of stacked digits, of which only the digits are ever held.
pub(super) fn outcome_of_stacked(
    loaded: &Loaded,
    stacked: &Stacked,
    examined: &[Examined],
    options: &DataOptions,
) -> Outcome {
    if options.labels && loaded.labels.is_none() {
        return problem(
            "classes are wanted and the digits have no label file, or are not ten".to_owned(),
        );
    }
    let [height, width] = options
        .size
        .unwrap_or([loaded.shape.height, loaded.shape.width]);
    let shape = match options.channels {
        None | Some(3) => Ok(ImageShape {
            channels: 3,
            height,
            width,
        }),
        Some(channels) => Err(not_rgb(channels)),
    };
    Outcome {
        bytes: stacked.digits() * height * width,
        ..outcome(shape, idx_resize(options), |_| false, examined)
    }
}

/// Grey images from IDX files, stacked or not, are padded unless the options say otherwise.
fn idx_resize(options: &DataOptions) -> Resize {
    match options.resize {
        Resize::Auto => Resize::Pad,
        asked => asked,
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
    examined: &[Examined],
) -> Outcome {
    let shape = match shape {
        Ok(shape) => shape,
        Err(error) => return problem(error.to_string()),
    };
    let mut outcome = Outcome {
        shape: Some(shape),
        bytes: examined.len() * shape.values(),
        streamed: streamed(shape),
        ..Outcome::default()
    };
    let size = (side(shape.width), side(shape.height));
    for image in examined {
        let place = Placement::of(resize, (image.width, image.height), size);
        let made_grey = image.has_color && shape.channels == 1;
        let resized = place.enlarges() || place.reduces() || place.crops() || place.pads();
        outcome.enlarged += usize::from(place.enlarges());
        outcome.reduced += usize::from(place.reduces());
        outcome.cropped += usize::from(place.crops());
        outcome.padded += usize::from(place.pads());
        outcome.made_grey += usize::from(made_grey);
        outcome.made_rgb += usize::from(!image.has_color && shape.channels == 3);
        outcome.laid_on_background += usize::from(image.has_alpha);
        outcome.unchanged += usize::from(!resized && !made_grey && !image.has_alpha);
    }
    outcome
}
