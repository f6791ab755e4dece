//! Folders of image files: PNG, JPEG, WebP, BMP and GIF (its first frame), one class per subfolder.
//!
//! Files are sorted by name, so that a folder is the same dataset on every system. A file that cannot be read is skipped and reported. The first pass reads
//! headers, which determine sizes, colours and whether the images fit into memory; the second decodes the pixels, unless they are streamed.

mod listing;
mod scan;

use std::path::Path;

use ganforge_core::ImageShape;
use rayon::prelude::*;

use super::raw_dataset::RawDataset;
use crate::decode::{SizeLimit, decode_into};
use crate::error::{DataError, Skipped};
use crate::options::{DataOptions, Resize, Split};
use crate::storage::{EncodedFiles, Storage, allocate_bytes};
use crate::transform::Transform;
pub(crate) use scan::{FolderScan, ScannedImage, class_of};

/// Loads a folder in the requested shape.
pub(crate) fn load(folder: &Path, options: &DataOptions) -> Result<RawDataset, DataError> {
    options.check_channels()?;
    if options.split == Split::Test {
        return Err(DataError::NoTestPart {
            what: format!("folder:{}", folder.display()),
        });
    }
    let limit = size_limit(options);
    let scan = FolderScan::of(folder, limit)?;
    if scan.images.is_empty() {
        return Err(nothing_readable(folder, &scan));
    }
    let shape = common_shape(folder, &scan.images, options)?;
    let transform = Transform {
        shape,
        resize: resize_method(options),
        background: options.background,
    };
    let FolderScan {
        mut images,
        mut skipped,
        ignored,
    } = scan;

    let in_memory = options.fits(images.len(), shape.values());
    let storage = if in_memory {
        log::info!("decoding {} images to {shape}", images.len());
        let bytes = decode_all(&mut images, &mut skipped, limit, &transform)?;
        if images.is_empty() {
            return Err(nothing_readable(
                folder,
                &FolderScan {
                    images,
                    skipped,
                    ignored,
                },
            ));
        }
        Storage::Pixels {
            bytes,
            white_level: u8::MAX,
        }
    } else {
        log::info!(
            "streaming {} images of {shape}: they exceed data.memory_limit",
            images.len()
        );
        let files = images.iter();
        let files = files.map(|image| (image.path.clone(), image.name.clone()));
        Storage::Files(EncodedFiles::new(files.collect(), limit, transform))
    };
    // Labels come last, so that no class consists of unreadable images only.
    let (labels, classes) = if options.labels {
        labels(folder, &images)?
    } else {
        (None, Vec::new())
    };
    Ok(RawDataset {
        storage,
        shape,
        labels,
        classes,
        skipped,
    })
}

/// The limit on the size of each image.
pub(crate) fn size_limit(options: &DataOptions) -> SizeLimit {
    SizeLimit {
        max_pixels: options.max_pixels,
    }
}

/// How photographs are resized: cropped by default, since padding would add black borders.
pub(crate) fn resize_method(options: &DataOptions) -> Resize {
    match options.resize {
        Resize::Auto => Resize::Crop,
        method => method,
    }
}

/// The shape that the options ask for; by default the size that all images share, and grey if all are grey.
pub(crate) fn common_shape(
    folder: &Path,
    images: &[ScannedImage],
    options: &DataOptions,
) -> Result<ImageShape, DataError> {
    let [height, width] = match (options.size, images.first()) {
        (Some(size), _) => size,
        (None, Some(first)) => {
            let size = |image: &ScannedImage| [image.header.height, image.header.width];
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

/// Decodes all images in parallel into one buffer and removes the gaps of those that fail.
fn decode_all(
    images: &mut Vec<ScannedImage>,
    skipped: &mut Vec<Skipped>,
    limit: SizeLimit,
    transform: &Transform,
) -> Result<Vec<u8>, DataError> {
    let values = transform.shape.values();
    let mut bytes = allocate_bytes(images.len() * values)?;
    let outcomes: Vec<Result<(), Skipped>> = bytes
        .par_chunks_exact_mut(values)
        .zip(images.par_iter())
        .map(|(out, image)| decode_into(&image.path, limit, transform, out))
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

/// The label of every image and the class names; no labels if all images lie directly in the folder.
fn labels(
    folder: &Path,
    images: &[ScannedImage],
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

/// The error for a folder without a readable image.
fn nothing_readable(folder: &Path, scan: &FolderScan) -> DataError {
    match scan.skipped.first() {
        Some(first) => DataError::AllUnreadable {
            path: folder.to_owned(),
            count: scan.skipped.len(),
            first: first.clone(),
        },
        None => DataError::EmptyFolder {
            path: folder.to_owned(),
            ignored: scan.ignored.len(),
        },
    }
}
