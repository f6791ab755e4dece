//! Why a metric has no value, said in one line each: what is wrong, and what to do.

use crate::features::FARTHEST;
use crate::protocol::Difference;

/// Why a metric has no value.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EvalError {
    /// The numbers do not fill the rows.
    #[error("{rows} samples of {columns} features are {} numbers, but there are {len}; give every sample the same number of features, and at least one", rows.saturating_mul(*columns))]
    Shape {
        /// Samples announced.
        rows: usize,
        /// Features a sample.
        columns: usize,
        /// Numbers given.
        len: usize,
    },
    /// A feature is not a number, infinite, or so large that distances to it would be.
    #[error(
        "feature {column} of sample {row} is {value}, and distances are computed within ±{FARTHEST:e}; look at that image and at the network that judged it, and evaluate a checkpoint from before it diverged"
    )]
    OutOfRange {
        /// The sample, from 0.
        row: usize,
        /// The feature, from 0.
        column: usize,
        /// Its value.
        value: f32,
    },
    /// There are fewer samples than the definition needs.
    #[error(
        "{metric}: at least {needed} {what} are needed, and there are {count}; give more of them"
    )]
    TooFew {
        /// The metric.
        metric: &'static str,
        /// What there is too little of.
        what: &'static str,
        /// How many the definition needs.
        needed: usize,
        /// How many there are.
        count: usize,
    },
    /// Two sets of samples live in different spaces.
    #[error(
        "{first} features a sample on one side and {second} on the other; compute both with the same feature space and image size"
    )]
    Sizes {
        /// Features of the first set.
        first: usize,
        /// Features of the second set.
        second: usize,
    },
    /// Lists that go together differ in length.
    #[error(
        "{what} must go in pairs, but there are {first} and {second}; give one of each for every sample"
    )]
    Lengths {
        /// The lists.
        what: &'static str,
        /// Length of the first.
        first: usize,
        /// Length of the second.
        second: usize,
    },
    /// The covariances would not fit into memory.
    #[error(
        "the Fréchet distance in {dimensions} dimensions needs matrices larger than fit into 2 GiB; use the features of a network or smaller images, or give at most {limit} samples and real images"
    )]
    TooLarge {
        /// Dimensions of the feature space.
        dimensions: usize,
        /// The most rows a matrix may have.
        limit: usize,
    },
    /// A parameter of a metric has a value it cannot have.
    #[error("{metric}: {name} is {value}; allowed: {allowed}")]
    Parameter {
        /// The metric.
        metric: &'static str,
        /// The parameter.
        name: &'static str,
        /// Its value.
        value: String,
        /// What it may be.
        allowed: &'static str,
    },
    /// A row that should be class probabilities is none.
    #[error(
        "row {row} is no distribution: its entries sum to {sum} or one is below 0; give the classifier's probabilities, after the softmax"
    )]
    NotProbabilities {
        /// The sample, from 0.
        row: usize,
        /// The sum of its entries.
        sum: f64,
    },
    /// A class is outside the range.
    #[error("sample {row} is of class {class}, but classes end at {}; check that classifier and data are those of this evaluation", classes.saturating_sub(1))]
    Class {
        /// The sample, from 0.
        row: usize,
        /// Its class.
        class: usize,
        /// How many classes there are.
        classes: usize,
    },
    /// Images have another size than their features.
    #[error("images of {channels} × {height} × {width} have {} values, but the samples have {columns}; name the size they were made with", channels.saturating_mul(*height).saturating_mul(*width))]
    ImageSize {
        /// Channels of an image.
        channels: usize,
        /// Rows of an image.
        height: usize,
        /// Columns of an image.
        width: usize,
        /// Values of a sample.
        columns: usize,
    },
    /// An iteration of the linear algebra did not settle.
    #[error(
        "the eigenvalues of the covariances did not settle; look for features beyond 1e100 of each other, and scale them"
    )]
    NoConvergence,
    /// Two figures were obtained in different ways.
    #[error("the figures cannot be compared: {0}; evaluate again with the same protocol")]
    Protocols(Difference),
}
