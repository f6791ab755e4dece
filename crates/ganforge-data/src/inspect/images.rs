//! What a set of images is like.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use super::examine::{Examined, examine_file, examine_idx, examine_stacked};
use super::outcome::{Outcome, outcome_of_folder, outcome_of_idx, outcome_of_stacked};
use super::{ClassCount, count_classes, imbalance};
use crate::content::Content;
use crate::folder::{self, Survey};
use crate::idx::IdxImages;
use crate::loaded::Loaded;
use crate::{DataError, DataOptions, Skipped};

/// What a set of images is like.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ImageInspection {
    /// The source, as the user names it.
    pub source: String,
    /// How many images can be read.
    pub images: usize,
    /// How many of them are stored in each format.
    pub formats: BTreeMap<String, usize>,
    /// How many are stored in each kind of colour. Palettes count as the RGB they stand for.
    pub colors: BTreeMap<String, usize>,
    /// Their sizes; `None` when no image can be read.
    pub sizes: Option<Sizes>,
    /// Their proportions; `None` when no image can be read.
    pub aspect_ratios: Option<AspectRatios>,
    /// The classes and their counts.
    pub classes: Vec<ClassCount>,
    /// Images that belong to no class; beside classes, these are a mistake.
    pub unclassed: usize,
    /// How many times the smallest class fits into the largest; `None` with fewer than two classes.
    pub imbalance: Option<f64>,
    /// Groups of images that are the same to the last pixel, by name; IDX images are named by number, `#0` first.
    pub duplicates: Vec<Vec<String>>,
    /// Images in which every channel spans less than 1/64 of the range from black to white.
    pub nearly_constant: Vec<String>,
    /// Images that cannot be read, and why.
    pub unreadable: Vec<Skipped>,
    /// Files that are no images.
    pub ignored: Vec<String>,
    /// The most pixels of a file that is read; `None` where the data are no image files.
    pub max_pixels: Option<u64>,
    /// What a recipe with the given options would do.
    pub outcome: Outcome,
}

/// The sizes of images, `[height, width]` in pixels, ordered by area.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sizes {
    /// The smallest.
    pub smallest: [u32; 2],
    /// The one in the middle.
    pub median: [u32; 2],
    /// The largest.
    pub largest: [u32; 2],
    /// How many different sizes there are.
    pub distinct: usize,
    /// The most common ones, at most five, the most common first.
    pub most_common: Vec<SizeCount>,
}

/// How many images have a size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SizeCount {
    /// `[height, width]` in pixels.
    pub size: [u32; 2],
    /// How many images.
    pub count: usize,
}

/// Width divided by height.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AspectRatios {
    /// The tallest image.
    pub smallest: f64,
    /// The one in the middle.
    pub median: f64,
    /// The widest image.
    pub largest: f64,
}

/// Inspects a folder.
pub(super) fn of_folder(
    source: &str,
    path: &Path,
    survey: Survey,
    options: &DataOptions,
) -> ImageInspection {
    let bound = folder::bound(options);
    let outcomes: Vec<Result<Examined, Skipped>> = survey
        .images
        .par_iter()
        .map(|image| examine_file(image, bound))
        .collect();
    let mut unreadable = survey.skipped;
    let mut examined = Vec::with_capacity(outcomes.len());
    let mut readable = Vec::with_capacity(outcomes.len());
    for (outcome, image) in outcomes.into_iter().zip(survey.images) {
        match outcome {
            Ok(facts) => {
                examined.push(facts);
                readable.push(image);
            }
            Err(failure) => unreadable.push(failure),
        }
    }
    let outcome = outcome_of_folder(path, &readable, &examined, options);
    ImageInspection {
        max_pixels: Some(bound.max_pixels),
        ..summarise(source, &examined, unreadable, survey.ignored, outcome)
    }
}

/// Inspects the images of an IDX file.
pub(super) fn of_idx(
    source: &str,
    images: &IdxImages,
    labels: Option<&[u32]>,
    options: &DataOptions,
) -> ImageInspection {
    let examined: Vec<Examined> = (0..images.count)
        .into_par_iter()
        .map(|index| examine_idx(images, index, labels.map(|labels| labels[index])))
        .collect();
    let outcome = outcome_of_idx(images, &examined, options);
    summarise(source, &examined, Vec::new(), Vec::new(), outcome)
}

/// Inspects stacked digits.
pub(super) fn of_stacked(source: &str, loaded: &Loaded, options: &DataOptions) -> ImageInspection {
    let Content::Stacked(stacked) = &loaded.content else {
        return summarise(source, &[], Vec::new(), Vec::new(), Outcome::default());
    };
    let class = |index: usize| {
        let label = loaded.labels.as_ref()?[index];
        loaded.classes.get(label as usize).cloned()
    };
    let examined: Vec<Examined> = (0..stacked.len())
        .into_par_iter()
        .map(|index| examine_stacked(stacked, loaded.shape, index, class(index)))
        .collect();
    let outcome = outcome_of_stacked(loaded, stacked, &examined, options);
    summarise(source, &examined, Vec::new(), Vec::new(), outcome)
}

/// Refuses so many images that their facts alone would exceed the memory limit: a byte makes an image, and its facts take a hundred and more.
pub(super) fn check_memory(count: usize, options: &DataOptions) -> Result<(), DataError> {
    /// A name and, perhaps, a class, on the heap.
    const NAMES: usize = 64;
    options.check_memory(count, size_of::<Examined>() + NAMES, || {
        format!("the facts about {count} images")
    })
}

fn summarise(
    source: &str,
    examined: &[Examined],
    unreadable: Vec<Skipped>,
    ignored: Vec<String>,
    outcome: Outcome,
) -> ImageInspection {
    let classes = count_classes(examined.iter().filter_map(|image| image.class.as_deref()));
    ImageInspection {
        source: source.to_owned(),
        images: examined.len(),
        formats: count(examined.iter().map(|image| image.format)),
        colors: count(examined.iter().map(|image| image.color)),
        sizes: sizes(examined),
        aspect_ratios: aspect_ratios(examined),
        unclassed: examined
            .iter()
            .filter(|image| image.class.is_none())
            .count(),
        imbalance: imbalance(&classes),
        classes,
        duplicates: duplicates(examined),
        nearly_constant: examined
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

fn sizes(examined: &[Examined]) -> Option<Sizes> {
    let mut sizes: Vec<[u32; 2]> = examined
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

fn aspect_ratios(examined: &[Examined]) -> Option<AspectRatios> {
    let mut ratios: Vec<f64> = examined
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

fn duplicates(examined: &[Examined]) -> Vec<Vec<String>> {
    let mut groups: HashMap<[u8; 16], Vec<String>> = HashMap::new();
    for image in examined {
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
