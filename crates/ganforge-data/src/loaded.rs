//! From a spec to content: the one place that knows every source.

use crate::content::Content;
use crate::{DataError, DataOptions, DataSpec, ImageShape, Skipped};
use crate::{digits, folder, idx, mixture, points, public};

/// What a source hands over.
pub(crate) struct Loaded {
    pub(crate) content: Content,
    pub(crate) shape: ImageShape,
    /// The class of every image, below the number of `classes`.
    pub(crate) labels: Option<Vec<u32>>,
    pub(crate) classes: Vec<String>,
    pub(crate) skipped: Vec<Skipped>,
}

impl Loaded {
    /// Loads the data that `spec` names.
    pub(crate) fn open(spec: &DataSpec, options: &DataOptions) -> Result<Self, DataError> {
        match spec {
            DataSpec::Digits => digits::load(options),
            DataSpec::Mnist => public::load(&public::MNIST, options),
            DataSpec::FashionMnist => public::load(&public::FASHION_MNIST, options),
            DataSpec::Idx(path) => idx::load(path, options),
            DataSpec::Folder(path) => folder::load(path, options),
            DataSpec::Points(path) => points::load(path, options),
            DataSpec::Ring8 => mixture::load(&crate::Mixture::ring8(), "ring8", options),
            DataSpec::Grid25 => mixture::load(&crate::Mixture::grid25(), "grid25", options),
        }
    }

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
}

/// Names for classes that only have numbers: `0` to the largest label.
pub(crate) fn numbered(labels: Option<&[u32]>) -> Vec<String> {
    let largest = labels.and_then(|labels| labels.iter().max());
    largest.map_or_else(Vec::new, |&largest| {
        (0..=largest).map(|class| class.to_string()).collect()
    })
}
