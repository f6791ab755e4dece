//! The inspection of a source of images.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use super::classes::{ClassCount, count_classes, imbalance};
use super::image_summary::{ImageSummary, summarize_file, summarize_idx, summarize_stacked};
use super::preprocessing::{Outcome, outcome_of_folder, outcome_of_idx, outcome_of_stacked};
use crate::error::{DataError, Skipped};
use crate::options::DataOptions;
use crate::sources::RawDataset;
use crate::sources::folder::{self, FolderScan};
use crate::sources::idx::IdxImages;
use crate::storage::Storage;

/// Statistics and defects of a source of images.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ImageInspection {
    /// The data specification.
    pub source: String,
    /// Number of readable images.
    pub images: usize,
    /// Number of images per file format.
    pub formats: BTreeMap<String, usize>,
    /// Number of images per colour type. Palettes count as RGB.
    pub colors: BTreeMap<String, usize>,
    /// Their sizes; `None` without readable images.
    pub sizes: Option<Sizes>,
    /// Their aspect ratios; `None` without readable images.
    pub aspect_ratios: Option<AspectRatios>,
    /// Images per class.
    pub classes: Vec<ClassCount>,
    /// Number of images without a class; an error in labelled data.
    pub unclassed: usize,
    /// The largest class count divided by the smallest; `None` with fewer than two classes.
    pub imbalance: Option<f64>,
    /// Groups of images with identical pixels, by name; IDX images are named by index, from `#0`.
    pub duplicates: Vec<Vec<String>>,
    /// Images in which every channel spans less than 1/64 of the range from black to white.
    pub nearly_constant: Vec<String>,
    /// Images that cannot be read, with the reasons.
    pub unreadable: Vec<Skipped>,
    /// Files that are not images.
    pub ignored: Vec<String>,
    /// The limit on the pixels of an image file; `None` if the source is not a folder.
    pub max_pixels: Option<u64>,
    /// What preprocessing with the given options would do.
    pub outcome: Outcome,
}

/// The sizes of images, `[height, width]` in pixels, ordered by area.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sizes {
    /// The smallest.
    pub smallest: [u32; 2],
    /// The median.
    pub median: [u32; 2],
    /// The largest.
    pub largest: [u32; 2],
    /// Number of distinct sizes.
    pub distinct: usize,
    /// Up to five sizes in descending order of frequency.
    pub most_common: Vec<SizeCount>,
}

/// The number of images of a size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SizeCount {
    /// `[height, width]` in pixels.
    pub size: [u32; 2],
    /// Number of images.
    pub count: usize,
}

/// Width divided by height.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AspectRatios {
    /// The tallest image.
    pub smallest: f64,
    /// The median.
    pub median: f64,
    /// The widest image.
    pub largest: f64,
}

/// Inspects a folder.
pub(super) fn of_folder(
    source: &str,
    path: &Path,
    scan: FolderScan,
    options: &DataOptions,
) -> ImageInspection {
    let limit = folder::size_limit(options);
    let results: Vec<Result<ImageSummary, Skipped>> = scan
        .images
        .par_iter()
        .map(|image| summarize_file(image, limit))
        .collect();
    let mut unreadable = scan.skipped;
    let mut summaries = Vec::with_capacity(results.len());
    let mut readable = Vec::with_capacity(results.len());
    for (result, image) in results.into_iter().zip(scan.images) {
        match result {
            Ok(summary) => {
                summaries.push(summary);
                readable.push(image);
            }
            Err(failure) => unreadable.push(failure),
        }
    }
    let outcome = outcome_of_folder(path, &readable, &summaries, options);
    ImageInspection {
        max_pixels: Some(limit.max_pixels),
        ..inspection(source, &summaries, unreadable, scan.ignored, outcome)
    }
}

/// Inspects the images of an IDX file.
pub(super) fn of_idx(
    source: &str,
    images: &IdxImages,
    labels: Option<&[u32]>,
    options: &DataOptions,
) -> ImageInspection {
    let summaries: Vec<ImageSummary> = (0..images.count)
        .into_par_iter()
        .map(|index| summarize_idx(images, index, labels.map(|labels| labels[index])))
        .collect();
    let outcome = outcome_of_idx(images, &summaries, options);
    inspection(source, &summaries, Vec::new(), Vec::new(), outcome)
}

/// Inspects stacked digits.
pub(super) fn of_stacked(source: &str, raw: &RawDataset, options: &DataOptions) -> ImageInspection {
    let Storage::Stacked(stacked) = &raw.storage else {
        return inspection(source, &[], Vec::new(), Vec::new(), Outcome::default());
    };
    let class = |index: usize| {
        let label = raw.labels.as_ref()?[index];
        raw.classes.get(label as usize).cloned()
    };
    let summaries: Vec<ImageSummary> = (0..stacked.len())
        .into_par_iter()
        .map(|index| summarize_stacked(stacked, raw.shape, index, class(index)))
        .collect();
    let outcome = outcome_of_stacked(raw, stacked, &summaries, options);
    inspection(source, &summaries, Vec::new(), Vec::new(), outcome)
}

/// Refuses images whose summaries exceed the memory limit: an image may have one byte, its summary has more than a hundred.
pub(super) fn check_memory(count: usize, options: &DataOptions) -> Result<(), DataError> {
    /// The name and the class, on the heap.
    const NAMES: usize = 64;
    options.check_memory(count, size_of::<ImageSummary>() + NAMES, || {
        format!("the facts about {count} images")
    })
}

fn inspection(
    source: &str,
    summaries: &[ImageSummary],
    unreadable: Vec<Skipped>,
    ignored: Vec<String>,
    outcome: Outcome,
) -> ImageInspection {
    let classes = count_classes(summaries.iter().filter_map(|image| image.class.as_deref()));
    ImageInspection {
        source: source.to_owned(),
        images: summaries.len(),
        formats: count(summaries.iter().map(|image| image.format)),
        colors: count(summaries.iter().map(|image| image.color)),
        sizes: sizes(summaries),
        aspect_ratios: aspect_ratios(summaries),
        unclassed: summaries
            .iter()
            .filter(|image| image.class.is_none())
            .count(),
        imbalance: imbalance(&classes),
        classes,
        duplicates: duplicates(summaries),
        nearly_constant: summaries
            .iter()
            .filter(|image| image.nearly_constant)
            .map(|image| image.name.clone())
            .collect(),
        unreadable,
        ignored,
        max_pixels: None,
        outcome,
    }
}

fn count<'a>(kinds: impl Iterator<Item = &'a str>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for kind in kinds {
        *counts.entry(kind.to_owned()).or_insert(0) += 1;
    }
    counts
}

fn sizes(summaries: &[ImageSummary]) -> Option<Sizes> {
    let mut sizes: Vec<[u32; 2]> = summaries
        .iter()
        .map(|image| [image.height, image.width])
        .collect();
    sizes.sort_by_key(|&[height, width]| (u64::from(height) * u64::from(width), height));
    let mut counts = BTreeMap::new();
    for &size in &sizes {
        *counts.entry(size).or_insert(0) += 1;
    }
    let mut most_common: Vec<SizeCount> = counts
        .iter()
        .map(|(&size, &count)| SizeCount { size, count })
        .collect();
    most_common.sort_by_key(|size| std::cmp::Reverse(size.count));
    most_common.truncate(5);
    Some(Sizes {
        smallest: *sizes.first()?,
        median: sizes[sizes.len() / 2],
        largest: *sizes.last()?,
        distinct: counts.len(),
        most_common,
    })
}

fn aspect_ratios(summaries: &[ImageSummary]) -> Option<AspectRatios> {
    let mut ratios: Vec<f64> = summaries
        .iter()
        .map(|image| f64::from(image.width) / f64::from(image.height))
        .collect();
    ratios.sort_by(f64::total_cmp);
    Some(AspectRatios {
        smallest: *ratios.first()?,
        median: ratios[ratios.len() / 2],
        largest: *ratios.last()?,
    })
}

fn duplicates(summaries: &[ImageSummary]) -> Vec<Vec<String>> {
    let mut groups: HashMap<[u8; 16], Vec<String>> = HashMap::new();
    for image in summaries {
        groups
            .entry(image.digest)
            .or_default()
            .push(image.name.clone());
    }
    let mut groups: Vec<Vec<String>> = groups
        .into_values()
        .filter(|group| group.len() > 1)
        .collect();
    groups.sort();
    groups
}
