//! What every loader returns.

use ganforge_core::ImageShape;

use crate::error::{DataError, Skipped};
use crate::options::DataOptions;
use crate::storage::Storage;

/// A whole source in the requested shape, before `skip`, `take` and `labels` apply.
pub(crate) struct RawDataset {
    pub(crate) storage: Storage,
    pub(crate) shape: ImageShape,
    /// The label of every image, below the length of `classes`.
    pub(crate) labels: Option<Vec<u32>>,
    /// Class names, indexed by label.
    pub(crate) classes: Vec<String>,
    /// Files that could not be read.
    pub(crate) skipped: Vec<Skipped>,
}

impl RawDataset {
    /// Data without skipped files, whose classes are named by number.
    pub(super) fn numbered(storage: Storage, shape: ImageShape, labels: Option<Vec<u32>>) -> Self {
        Self {
            storage,
            shape,
            classes: class_numbers(labels.as_deref()),
            labels,
            skipped: Vec::new(),
        }
    }

    /// 2-D points.
    pub(super) fn points(points: Vec<[f32; 2]>, labels: Option<Vec<u32>>) -> Self {
        Self::numbered(Storage::Points(points), ImageShape::POINT, labels)
    }

    /// Number of images or points.
    pub(crate) fn len(&self) -> usize {
        self.storage.len(self.shape)
    }

    /// The `options.take` images after the first `options.skip`.
    pub(crate) fn slice(self, options: &DataOptions) -> Result<Self, DataError> {
        let DataOptions { skip, take, .. } = *options;
        let total = self.len();
        let rest = total.saturating_sub(skip);
        if rest == 0 {
            return Err(DataError::Option {
                key: "skip",
                value: skip.to_string(),
                allowed: format!("below {total}, for there are no more images"),
            });
        }
        let take = take.unwrap_or(rest);
        if !(1..=rest).contains(&take) {
            return Err(DataError::Option {
                key: "take",
                value: take.to_string(),
                allowed: format!(
                    "1 to {rest}, for there are {total} images and {skip} of them are skipped"
                ),
            });
        }
        Ok(Self {
            storage: self.storage.slice(self.shape, skip, take),
            labels: self.labels.map(|labels| labels[skip..skip + take].to_vec()),
            ..self
        })
    }
}

/// Names of classes that only have numbers: `0` to the largest label.
fn class_numbers(labels: Option<&[u32]>) -> Vec<String> {
    let largest = labels.and_then(|labels| labels.iter().max());
    largest.map_or_else(Vec::new, |&largest| {
        (0..=largest).map(|class| class.to_string()).collect()
    })
}
