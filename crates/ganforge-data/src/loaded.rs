//! What every source hands over.

use crate::content::Content;
use crate::{DataError, DataOptions, ImageShape, Skipped};

/// Content with all that is known about it.
pub(crate) struct Loaded {
    pub(crate) content: Content,
    pub(crate) shape: ImageShape,
    /// The class of every image, below the number of `classes`.
    pub(crate) labels: Option<Vec<u32>>,
    pub(crate) classes: Vec<String>,
    pub(crate) skipped: Vec<Skipped>,
}

impl Loaded {
    /// Points with the number of the class of each; classes are named by number.
    pub(crate) fn points(points: Vec<[f32; 2]>, labels: Option<Vec<u32>>) -> Self {
        Self {
            content: Content::Points(points),
            shape: ImageShape::POINT,
            classes: numbered(labels.as_deref()),
            labels,
            skipped: Vec::new(),
        }
    }

    /// The images that the options ask for: so many after those they pass over.
    pub(crate) fn part(self, options: &DataOptions) -> Result<Self, DataError> {
        let DataOptions { skip, take, .. } = *options;
        let there = self.content.len(self.shape);
        let ahead = there.saturating_sub(skip);
        if ahead == 0 {
            return Err(DataError::Option {
                key: "skip",
                value: skip.to_string(),
                allowed: format!("below {there}, for there are no more images"),
            });
        }
        let take = take.unwrap_or(ahead);
        if !(1..=ahead).contains(&take) {
            return Err(DataError::Option {
                key: "take",
                value: take.to_string(),
                allowed: format!(
                    "1 to {ahead}, for there are {there} images and {skip} of them are skipped"
                ),
            });
        }
        Ok(Self {
            content: self.content.part(self.shape, skip, take),
            labels: self.labels.map(|labels| labels[skip..skip + take].to_vec()),
            ..self
        })
    }
}

/// So many bytes, all zero; an error where the system has no memory for them.
pub(crate) fn zeros(length: usize) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    bytes
        .try_reserve_exact(length)
        .map_err(|_| DataError::NoMemory { bytes: length })?;
    bytes.resize(length, 0);
    Ok(bytes)
}

/// Names for classes that only have numbers: `0` to the largest label.
pub(crate) fn numbered(labels: Option<&[u32]>) -> Vec<String> {
    let largest = labels.and_then(|labels| labels.iter().max());
    largest.map_or_else(Vec::new, |&largest| {
        (0..=largest).map(|class| class.to_string()).collect()
    })
}
