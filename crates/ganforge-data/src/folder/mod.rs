//! Folders of image files: PNG, JPEG, WebP, BMP and GIF (its first frame), a class for each subfolder.
//!
//! Files are taken in the order of their names, so that the same folder is the same dataset on every system. A file that cannot be read is left out and
//! reported. Two passes: headers first, which tell sizes, colours and whether all will fit into memory; then pixels, unless they stay in their files.

mod bound;
mod codec;
mod jpeg;
mod listing;
mod memory;
pub(crate) mod streamed;
mod survey;
mod webp;

use std::path::Path;

use rayon::prelude::*;

use crate::content::Content;
use crate::fit::Fit;
use crate::loaded::{Loaded, zeros};
use crate::{DataError, DataOptions, ImageShape, Resize, Skipped, Split};
pub(crate) use bound::Bound;
use codec::decode_into;
pub(crate) use codec::{Header, decode};
use streamed::FileImages;
pub(crate) use survey::{Survey, Surveyed, class_of};

/// Loads a folder.
pub(crate) fn load(folder: &Path, options: &DataOptions) -> Result<Loaded, DataError> {
    options.check_channels()?;
    if options.split == Split::Test {
        return Err(DataError::NoTestPart {
            what: format!("folder:{}", folder.display()),
        });
    }
    let bound = bound(options);
    let survey = Survey::of(folder, bound)?;
    if survey.images.is_empty() {
        return Err(nothing_readable(folder, &survey));
    }
    let shape = common_shape(folder, &survey.images, options)?;
    let fit = Fit {
        shape,
        resize: resize(options),
        background: options.background,
    };
    let Survey {
        mut images,
        mut skipped,
        ignored,
    } = survey;

    let in_memory = options.fits(images.len(), shape.values());
    let content = if in_memory {
        log::info!("decoding {} images to {shape}", images.len());
        let bytes = decode_all(&mut images, &mut skipped, bound, &fit)?;
        if images.is_empty() {
            return Err(nothing_readable(
                folder,
                &Survey {
                    images,
                    skipped,
                    ignored,
                },
            ));
        }
        Content::Pixels {
            bytes,
            white: u8::MAX,
        }
    } else {
        log::info!(
            "streaming {} images of {shape}: they exceed data.memory_limit",
            images.len()
        );
        Content::Files(FileImages::new(&images, bound, fit))
    };
    // Classes are told last, so that none is named after images that all turned out unreadable.
    let (labels, classes) = if options.labels {
        labels(folder, &images)?
    } else {
        (None, Vec::new())
    };
    Ok(Loaded {
        content,
        shape,
        labels,
        classes,
        skipped,
    })
}

/// The bound on each image.
pub(crate) fn bound(options: &DataOptions) -> Bound {
    Bound {
        max_pixels: options.max_pixels,
    }
}

/// The way of resizing that suits photographs, unless one is asked for.
pub(crate) fn resize(options: &DataOptions) -> Resize {
    match options.resize {
        Resize::Auto => Resize::Crop,
        asked => asked,
    }
}

/// The shape that the options ask for, completed by what all the images share.
pub(crate) fn common_shape(
    folder: &Path,
    images: &[Surveyed],
    options: &DataOptions,
) -> Result<ImageShape, DataError> {
    let [height, width] = match (options.size, images.first()) {
        (Some(size), _) => size,
        (None, Some(first)) => {
            let size = |image: &Surveyed| [image.header.height, image.header.width];
            if let Some(other) = images.iter().find(|&image| size(image) != size(first)) {
                return Err(DataError::SizesDiffer {
                    path: folder.to_owned(),
                    first: first.name.clone(),
                    first_size: size(first),
                    other: other.name.clone(),
                    other_size: size(other),
                });
            }
            size(first).map(|side| side as usize)
        }
        (None, None) => [1, 1],
    };
    let all_grey = images.iter().all(|image| !image.header.color.has_color());
    Ok(ImageShape {
        channels: options.channels.unwrap_or(if all_grey { 1 } else { 3 }),
        height,
        width,
    })
}

/// Decodes every image into one block of memory, in parallel, and closes the gaps of those that fail.
fn decode_all(
    images: &mut Vec<Surveyed>,
    skipped: &mut Vec<Skipped>,
    bound: Bound,
    fit: &Fit,
) -> Result<Vec<u8>, DataError> {
    let values = fit.shape.values();
    let mut bytes = zeros(images.len() * values)?;
    let outcomes: Vec<Result<(), Skipped>> = bytes
        .par_chunks_exact_mut(values)
        .zip(images.par_iter())
        .map(|(out, image)| decode_into(&image.path, bound, fit, out))
        .collect();

    let mut kept = 0;
    let mut readable = Vec::with_capacity(images.len());
    for (index, (image, outcome)) in images.drain(..).zip(outcomes).enumerate() {
        match outcome {
            Ok(()) => {
                bytes.copy_within(index * values..(index + 1) * values, kept * values);
                kept += 1;
                readable.push(image);
            }
            Err(failure) => skipped.push(failure),
        }
    }
    bytes.truncate(kept * values);
    *images = readable;
    Ok(bytes)
}

/// The class of every image and the names of the classes; no labels where all images lie directly in the folder.
fn labels(
    folder: &Path,
    images: &[Surveyed],
) -> Result<(Option<Vec<u32>>, Vec<String>), DataError> {
    let mut loose = images
        .iter()
        .filter(|image| class_of(&image.name).is_none());
    if let Some(example) = loose.next() {
        let loose = 1 + loose.count();
        if loose == images.len() {
            return Ok((None, Vec::new()));
        }
        return Err(DataError::LooseImages {
            path: folder.to_owned(),
            loose,
            example: example.name.clone(),
        });
    }
    let mut classes: Vec<String> = images
        .iter()
        .filter_map(|image| class_of(&image.name).map(str::to_owned))
        .collect();
    classes.sort();
    classes.dedup();
    let labels = images
        .iter()
        .filter_map(|image| {
            let class = class_of(&image.name)?;
            let index = classes
                .binary_search_by(|name| name.as_str().cmp(class))
                .ok()?;
            u32::try_from(index).ok()
        })
        .collect();
    Ok((Some(labels), classes))
}

/// Why a folder without a readable image is of no use.
fn nothing_readable(folder: &Path, survey: &Survey) -> DataError {
    match survey.skipped.first() {
        Some(first) => DataError::AllUnreadable {
            path: folder.to_owned(),
            count: survey.skipped.len(),
            first: first.clone(),
        },
        None => DataError::EmptyFolder {
            path: folder.to_owned(),
            ignored: survey.ignored.len(),
        },
    }
}
