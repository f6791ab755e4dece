//! Why samples cannot be compared with real images.

use ganforge_data::DataError;
use ganforge_eval::EvaluationError;

/// Why samples cannot be compared with the data.
#[derive(Debug, thiserror::Error)]
pub enum RealError {
    /// Data of another kind than the model's images.
    #[error(
        "the model makes images of {image} and {spec} has {made_of}: name data of the kind it was trained on"
    )]
    Kind {
        /// The shape of the model's images.
        image: String,
        /// The data.
        spec: String,
        /// What they are made of.
        made_of: &'static str,
    },
    /// A class that the data lack.
    #[error(
        "{spec} has no class `{class}`; it has {known}: name the data that the model was trained on"
    )]
    NoClass {
        /// The data.
        spec: String,
        /// The class that samples are of.
        class: String,
        /// Those there are.
        known: String,
    },
    /// Metrics that compare with test images, of data without any.
    #[error(
        "nearest and parzen compare with test images, and {spec} has none: leave these metrics out, or name data that have a test part, such as mnist"
    )]
    NoTestPart {
        /// The data.
        spec: String,
    },
    /// Too few real images to stand in for samples.
    #[error(
        "a baseline of {samples} samples takes as many real images beside the reference, and {spec} has {left}: ask for fewer samples"
    )]
    FewStandIns {
        /// The data.
        spec: String,
        /// How many samples there are.
        samples: usize,
        /// How many real images are not in the reference.
        left: usize,
    },
    /// Digits of 32×32 of which the outer pixels are no border.
    #[error(
        "the classifier of digits cuts off the border that padding gives to images of 28x28, and these are brought to 32x32 by {way}: train with data.resize = \"pad\", or compare by raw features"
    )]
    NoBorder {
        /// How images come to their size.
        way: &'static str,
    },
    /// The data.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A metric that such data do not admit.
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
}
