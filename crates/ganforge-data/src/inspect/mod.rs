//! Inspection of a source before a run: statistics, defects, and what preprocessing would do.

mod classes;
mod image_summary;
mod images;
mod points;
mod preprocessing;
mod report;

use serde::Serialize;

use crate::dataset::load;
use crate::error::DataError;
use crate::options::DataOptions;
use crate::sources::{FASHION_MNIST, MNIST, digits, downloaded, folder, idx};
use crate::spec::DataSpec;
pub use classes::ClassCount;
pub use images::{AspectRatios, ImageInspection, SizeCount, Sizes};
pub use points::{PointInspection, Span};
pub use preprocessing::Outcome;

/// Examines every image or point of a source, and decodes every file in full. The result prints as a report and serialises to JSON.
///
/// Classes are counted even if `options.labels` is false. `options.skip` and `options.take` are ignored, except for stacked digits, which are unlimited.
///
/// # Errors
///
/// When nothing can be examined: a missing folder or file, a folder without images, unreadable IDX or CSV files. Single unreadable images, and options that do
/// not fit the data, are part of the report instead.
///
/// ```
/// use ganforge_data::inspect::{Inspection, inspect};
/// use ganforge_data::{DataOptions, DataSpec};
///
/// let inspection = inspect(&DataSpec::Digits, &DataOptions::new().size([16, 16]))?;
/// println!("{inspection}");
/// if let Inspection::Images(images) = inspection {
///     assert_eq!((images.images, images.classes.len()), (1797, 10));
///     assert_eq!(images.outcome.padded, 1797);
/// }
/// # Ok::<(), ganforge_data::DataError>(())
/// ```
pub fn inspect(spec: &DataSpec, options: &DataOptions) -> Result<Inspection, DataError> {
    options.check()?;
    let source = spec.to_string();
    let inspect_idx = |(images, labels): (idx::IdxImages, Option<Vec<u32>>)| {
        images::check_memory(images.count, options)?;
        let inspection = images::of_idx(&source, &images, labels.as_deref(), options);
        Ok(Inspection::Images(inspection))
    };
    match spec {
        DataSpec::Digits => {
            let (images, labels) = digits::read(options)?;
            inspect_idx((images, Some(labels)))
        }
        DataSpec::Mnist => inspect_idx(downloaded::read(&MNIST, options)?),
        DataSpec::FashionMnist => inspect_idx(downloaded::read(&FASHION_MNIST, options)?),
        DataSpec::Idx(path) => inspect_idx(idx::read_folder(path, options)?),
        DataSpec::Folder(path) => {
            let scan = folder::FolderScan::of(path, folder::size_limit(options))?;
            if scan.images.is_empty() && scan.skipped.is_empty() {
                return Err(DataError::EmptyFolder {
                    path: path.clone(),
                    ignored: scan.ignored.len(),
                });
            }
            Ok(Inspection::Images(images::of_folder(
                &source, path, scan, options,
            )))
        }
        DataSpec::Points(_)
        | DataSpec::Ring5
        | DataSpec::Ring8
        | DataSpec::Ring10
        | DataSpec::Grid25 => {
            let raw = load(spec, options)?;
            Ok(Inspection::Points(points::of(&source, &raw)))
        }
        DataSpec::Stacked(_) => {
            let native = DataOptions {
                size: None,
                channels: None,
                labels: true,
                ..options.clone()
            };
            let raw = load(spec, &native)?;
            images::check_memory(raw.len(), options)?;
            Ok(Inspection::Images(images::of_stacked(
                &source, &raw, options,
            )))
        }
    }
}

/// The result of [`inspect`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
#[expect(
    clippy::large_enum_variant,
    reason = "a program makes one inspection, and a box would complicate matching"
)]
pub enum Inspection {
    /// A source of images.
    Images(ImageInspection),
    /// A source of 2-D points.
    Points(PointInspection),
}
