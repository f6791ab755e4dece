//! IDX, the format of MNIST and its descendants: one file of images and an optional one of labels, plain or gzipped.

mod file_pair;
mod format;

use std::path::Path;

use ganforge_core::ImageShape;
use image::GrayImage;
use rayon::prelude::*;

use super::raw_dataset::RawDataset;
use crate::error::DataError;
use crate::options::{DataOptions, Resize};
use crate::storage::{Storage, allocate_bytes};
use crate::transform::{Transform, grey_image, side};
pub(crate) use file_pair::contains_images;
pub(crate) use format::{IdxImages, read_images, read_labels};

/// Loads the IDX files of a directory in the requested shape.
pub(crate) fn load(folder: &Path, options: &DataOptions) -> Result<RawDataset, DataError> {
    options.check_channels()?;
    let (images, labels) = read_folder(folder, options)?;
    preprocess(images, labels, options)
}

/// The images and labels of a directory at their own size.
pub(crate) fn read_folder(
    folder: &Path,
    options: &DataOptions,
) -> Result<(IdxImages, Option<Vec<u32>>), DataError> {
    let pair = file_pair::find(folder, options.split)?;
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

/// Brings grey images to the requested shape.
pub(crate) fn preprocess(
    images: IdxImages,
    labels: Option<Vec<u32>>,
    options: &DataOptions,
) -> Result<RawDataset, DataError> {
    let native = ImageShape {
        channels: 1,
        height: images.height,
        width: images.width,
    };
    let shape = requested_shape(&images, options);
    let storage = if shape == native {
        Storage::Pixels {
            bytes: images.pixels,
            white_level: images.white_level,
        }
    } else {
        Storage::Pixels {
            bytes: resize_all(images, native, shape, options)?,
            white_level: u8::MAX,
        }
    };
    Ok(RawDataset::numbered(storage, shape, labels))
}

/// The shape that the options ask for; grey and of the native size by default.
pub(crate) fn requested_shape(images: &IdxImages, options: &DataOptions) -> ImageShape {
    let [height, width] = options.size.unwrap_or([images.height, images.width]);
    ImageShape {
        channels: options.channels.unwrap_or(1),
        height,
        width,
    }
}

/// How grey images are resized: padded by default, since cropping would cut strokes off.
pub(crate) fn resize_method(options: &DataOptions) -> Resize {
    match options.resize {
        Resize::Auto => Resize::Pad,
        method => method,
    }
}

/// Refuses a shape in which the images exceed the memory limit.
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

fn resize_all(
    mut images: IdxImages,
    native: ImageShape,
    shape: ImageShape,
    options: &DataOptions,
) -> Result<Vec<u8>, DataError> {
    check_memory(&images, shape, options)?;
    // Interpolated values need all 256 levels: the 17 levels of the embedded digits would quantise them visibly.
    images.rescale_to_bytes();
    let transform = Transform {
        shape,
        resize: resize_method(options),
        background: options.background,
    };
    let mut bytes = allocate_bytes(images.count * shape.values())?;
    bytes
        .par_chunks_exact_mut(shape.values())
        .zip(images.pixels.par_chunks_exact(native.values()))
        .for_each(|(out, pixels)| {
            let image = grey_image(native.width, native.height, pixels)
                .unwrap_or_else(|| GrayImage::new(side(native.width), side(native.height)));
            transform.apply(image.into(), out);
        });
    Ok(bytes)
}
