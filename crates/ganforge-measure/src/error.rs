//! Errors of comparing samples with a dataset.

use ganforge_data::DataError;
use ganforge_eval::EvalError;
use ganforge_infer::InferError;

/// Why samples cannot be compared with a dataset.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MeasureError {
    /// The data have another kind or shape than the model's images.
    #[error(
        "the model makes images of {image} and {spec} has {made_of}: name data of the kind it was trained on"
    )]
    Kind {
        /// The shape of the model's images.
        image: String,
        /// The data spec.
        spec: String,
        /// What the data consist of.
        made_of: &'static str,
    },
    /// The data have no class of the requested name.
    #[error(
        "{spec} has no class `{class}`; it has {known}: name the data that the model was trained on"
    )]
    NoClass {
        /// The data spec.
        spec: String,
        /// The requested class.
        class: String,
        /// The classes of the data.
        known: String,
    },
    /// A metric needs a test split, and the data have none.
    #[error(
        "nearest and parzen compare with test images, and {spec} has none: leave these metrics out, or name data that have a test part, such as mnist"
    )]
    NoTestPart {
        /// The data spec.
        spec: String,
    },
    /// Too few images outside the reference for a baseline.
    #[error(
        "a baseline of {samples} samples takes as many real images beside the reference, and {spec} has {left}: ask for fewer samples"
    )]
    TooFewForBaseline {
        /// The data spec.
        spec: String,
        /// Number of samples.
        samples: usize,
        /// Number of real images outside the reference.
        left: usize,
    },
    /// Digits of 32×32 whose outer pixels are not padding, so that the 28×28 classifier would cut off content.
    #[error(
        "the classifier of digits cuts off the border that padding gives to images of 28x28, and these are brought to 32x32 by {method}: train with data.resize = \"pad\", or compare by raw features"
    )]
    NoBorder {
        /// How the images were resized.
        method: &'static str,
    },
    /// Too few images to compare a reconstruction with another image.
    #[error("{images} image is too few to measure reconstructions: 2 or more are compared")]
    OneImage {
        /// Number of images.
        images: usize,
    },
    /// The data cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The model cannot be sampled.
    #[error(transparent)]
    Sample(#[from] InferError),
    /// A metric cannot be computed.
    #[error(transparent)]
    Evaluation(#[from] EvalError),
}
