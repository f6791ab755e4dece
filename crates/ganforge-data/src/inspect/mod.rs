//! The doctor: what is in the data, what is wrong with them, and what a recipe would do with them.

mod examine;
mod images;
mod outcome;
mod points;
mod report;

use std::collections::BTreeMap;

use serde::Serialize;

pub use images::{AspectRatios, ImageInspection, SizeCount, Sizes};
pub use outcome::Outcome;
pub use points::{PointInspection, Span};

use crate::{DataError, DataOptions, DataSpec, Mixture, digits, folder, idx, public, stacked};

/// Looks at every image or point of a source, and decodes every file in full. Printed, the result is a report for people; serialised, for programs.
///
/// Classes are shown whether or not `options.labels` asks for them, and all images of the part, whatever `options.skip` and `options.take` say; of stacked
/// digits, which have no end, those up to there.
///
/// # Errors
///
/// When there is nothing to look at: a missing folder or file, a folder without images, IDX or CSV files that cannot be read. Single images that cannot be
/// read are part of the report, and so is whatever would keep a recipe from using the data.
pub fn inspect(spec: &DataSpec, options: &DataOptions) -> Result<Inspection, DataError> {
    options.check()?;
    let source = spec.to_string();
    let grey = |(images, labels): (idx::IdxImages, Option<Vec<u32>>)| {
        images::check_memory(images.count, options)?;
        let inspection = images::of_idx(&source, &images, labels.as_deref(), options);
        Ok(Inspection::Images(inspection))
    };
    let mixture = |mixture: Mixture, name| {
        crate::mixture::load(&mixture, name, options)
            .map(|loaded| Inspection::Points(points::of(&source, &loaded)))
    };
    Ok(match spec {
        DataSpec::Digits => {
            let (images, labels) = digits::read(options)?;
            grey((images, Some(labels)))?
        }
        DataSpec::Mnist => grey(public::read(&public::MNIST, options)?)?,
        DataSpec::FashionMnist => grey(public::read(&public::FASHION_MNIST, options)?)?,
        DataSpec::Idx(path) => grey(idx::read_folder(path, options)?)?,
        DataSpec::Folder(path) => {
            let survey = folder::Survey::of(path, folder::bound(options))?;
            if survey.images.is_empty() && survey.skipped.is_empty() {
                return Err(DataError::EmptyFolder {
                    path: path.clone(),
                    ignored: survey.ignored.len(),
                });
            }
            Inspection::Images(images::of_folder(&source, path, survey, options))
        }
        DataSpec::Points(path) => {
            let loaded = crate::points::load(path, options)?;
            Inspection::Points(points::of(&source, &loaded))
        }
        DataSpec::Ring8 => mixture(Mixture::ring8(), "ring8")?,
        DataSpec::Grid25 => mixture(Mixture::grid25(), "grid25")?,
        DataSpec::Stacked(digits) => {
            let native = DataOptions {
                size: None,
                channels: None,
                labels: true,
                ..options.clone()
            };
            let loaded = stacked::load(digits, &native)?;
            images::check_memory(loaded.content.len(loaded.shape), options)?;
            Inspection::Images(images::of_stacked(&source, &loaded, options))
        }
    })
}

/// What [`inspect`] found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one inspection in a run, and a box would only be in the way of its reader"
)]
pub enum Inspection {
    /// A set of images.
    Images(ImageInspection),
    /// A set of 2-D points.
    Points(PointInspection),
}

/// How many images a class has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClassCount {
    /// Its name.
    pub name: String,
    /// Its images or points.
    pub count: usize,
}

/// The classes in the order of their names (numbers by value), each with its count.
fn count_classes<'a>(classes: impl Iterator<Item = &'a str>) -> Vec<ClassCount> {
    let mut counts = BTreeMap::new();
    for class in classes {
        // Shorter first puts 10 after 9; names that are no numbers keep the order of the alphabet.
        let key = (class.parse::<u32>().ok(), class);
        *counts.entry(key).or_insert(0) += 1;
    }
    counts
        .into_iter()
        .map(|((_, name), count)| ClassCount {
            name: name.to_owned(),
            count,
        })
        .collect()
}

/// How many times the smallest class fits into the largest; `None` with fewer than two classes.
#[expect(
    clippy::cast_precision_loss,
    reason = "a ratio of counts below 2^53 is exact enough"
)]
fn imbalance(classes: &[ClassCount]) -> Option<f64> {
    let counts = || classes.iter().map(|class| class.count);
    if classes.len() < 2 {
        return None;
    }
    Some(counts().max()? as f64 / counts().min()? as f64)
}
