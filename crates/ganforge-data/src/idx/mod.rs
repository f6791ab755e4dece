//! IDX, the format of MNIST and its descendants: one file of images, perhaps one of labels, plain or gzipped.

mod format;
mod pair;

use std::path::Path;

use image::GrayImage;
use rayon::prelude::*;

use crate::content::Content;
use crate::fit::{Fit, grey_image, side};
use crate::loaded::{Loaded, numbered, zeros};
use crate::{DataError, DataOptions, ImageShape, Resize};
pub(crate) use format::{IdxImages, read_images, read_labels};
pub(crate) use pair::any_in;

/// Loads the pair of IDX files of a directory.
pub(crate) fn load(folder: &Path, options: &DataOptions) -> Result<Loaded, DataError> {
    options.check_channels()?;
    let (images, labels) = read_folder(folder, options)?;
    fit(images, labels, options)
}

/// The images and labels of a directory, as they are.
pub(crate) fn read_folder(
    folder: &Path,
    options: &DataOptions,
) -> Result<(IdxImages, Option<Vec<u32>>), DataError> {
    let pair = pair::find(folder, options.split)?;
    let images = read_images(&pair.images, format::open(&pair.images)?, options)?;
    let Some(path) = pair.labels else {
        return Ok((images, None));
    };
    let labels = read_labels(&path, format::open(&path)?)?;
    if labels.len() != images.count {
        return Err(DataError::IdxLabelCount {
            images: pair.images,
            image_count: images.count,
            labels: path,
            label_count: labels.len(),
        });
    }
    Ok((images, Some(labels)))
}

/// Brings grey images to the shape asked for.
pub(crate) fn fit(
    images: IdxImages,
    labels: Option<Vec<u32>>,
    options: &DataOptions,
) -> Result<Loaded, DataError> {
    let native = ImageShape {
        channels: 1,
        height: images.height,
        width: images.width,
    };
    let [height, width] = options.size.unwrap_or([native.height, native.width]);
    let shape = ImageShape {
        channels: options.channels.unwrap_or(1),
        height,
        width,
    };
    let content = if shape == native {
        Content::Pixels {
            bytes: images.pixels,
            white: images.white,
        }
    } else {
        Content::Pixels {
            bytes: fit_pixels(images, native, shape, options)?,
            white: u8::MAX,
        }
    };
    Ok(Loaded {
        content,
        shape,
        classes: numbered(labels.as_deref()),
        labels,
        skipped: Vec::new(),
    })
}

/// Refuses a shape in which the images would take more memory than they may.
pub(crate) fn check_memory(
    images: &IdxImages,
    shape: ImageShape,
    options: &DataOptions,
) -> Result<(), DataError> {
    let count = images.count;
    options.check_memory(count, shape.values(), || {
        format!("{count} images of {shape}")
    })
}

fn fit_pixels(
    mut images: IdxImages,
    native: ImageShape,
    shape: ImageShape,
    options: &DataOptions,
) -> Result<Vec<u8>, DataError> {
    check_memory(&images, shape, options)?;
    // Filters need all 256 levels to work with: the 17 of the embedded digits would make steps of what they blend.
    images.spread_to_bytes();
    let fit = Fit {
        shape,
        resize: match options.resize {
            Resize::Auto => Resize::Pad,
            asked => asked,
        },
        background: options.background,
    };
    let mut bytes = zeros(images.count * shape.values())?;
    bytes
        .par_chunks_exact_mut(shape.values())
        .zip(images.pixels.par_chunks_exact(native.values()))
        .for_each(|(out, pixels)| {
            let image = grey_image(native.width, native.height, pixels)
                .unwrap_or_else(|| GrayImage::new(side(native.width), side(native.height)));
            fit.apply(image.into(), out);
        });
    Ok(bytes)
}
