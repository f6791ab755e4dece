//! Errors of metrics, feature spaces and evaluations.

use burn::tensor::TensorReadError;

use crate::difference::Difference;

/// Why a metric has no value, or an evaluation cannot run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvalError {
    /// The data do not fill the rows.
    #[error("{rows} samples of {columns} features are {} numbers, but there are {len}; give every sample the same number of features, and at least one", rows.saturating_mul(*columns))]
    Shape {
        /// Number of samples.
        rows: usize,
        /// Features per sample.
        columns: usize,
        /// Length of the data.
        len: usize,
    },
    /// A feature is not finite, or so large that squared distances to it would overflow.
    #[error(
        "feature {column} of sample {row} is {value}, and distances are computed within ±{limit:e}; look at that image and at the network that judged it, and evaluate a checkpoint from before it diverged"
    )]
    OutOfRange {
        /// The sample, from 0.
        row: usize,
        /// The feature, from 0.
        column: usize,
        /// Its value.
        value: f32,
        /// The largest magnitude allowed.
        limit: f32,
    },
    /// There are fewer samples than the definition needs.
    #[error(
        "{metric}: at least {needed} {what} are needed, and there are {count}; give more of them"
    )]
    TooFew {
        /// The metric.
        metric: &'static str,
        /// Which set is too small.
        what: &'static str,
        /// The number that the definition needs.
        needed: usize,
        /// The number given.
        count: usize,
    },
    /// Two sets have different numbers of features.
    #[error(
        "{first} features a sample on one side and {second} on the other; compute both with the same feature space and image size"
    )]
    Sizes {
        /// Features of the first set.
        first: usize,
        /// Features of the second set.
        second: usize,
    },
    /// Parallel lists differ in length.
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
    /// The covariances would exceed the memory limit.
    #[error(
        "the Fréchet distance in {dimensions} dimensions needs matrices larger than fit into 2 GiB; use the features of a network or smaller images, or give at most {limit} samples and real images"
    )]
    TooLarge {
        /// Dimensions of the feature space.
        dimensions: usize,
        /// The largest number of rows of a matrix.
        limit: usize,
    },
    /// A parameter of a metric is out of range.
    #[error("{metric}: {name} is {value}; allowed: {allowed}")]
    Parameter {
        /// The metric.
        metric: &'static str,
        /// The parameter.
        name: &'static str,
        /// Its value.
        value: String,
        /// The range allowed.
        allowed: &'static str,
    },
    /// A row is not a probability distribution.
    #[error(
        "row {row} is no distribution: its entries sum to {sum} or one is below 0; give the classifier's probabilities, after the softmax"
    )]
    NotProbabilities {
        /// The sample, from 0.
        row: usize,
        /// The sum of its entries.
        sum: f64,
    },
    /// A class index is out of range.
    #[error("sample {row} is of class {class}, but classes end at {}; check that classifier and data are those of this evaluation", classes.saturating_sub(1))]
    Class {
        /// The sample, from 0.
        row: usize,
        /// Its class.
        class: usize,
        /// Number of classes.
        classes: usize,
    },
    /// The image shape does not match the length of a sample.
    #[error("images of {channels} × {height} × {width} have {} values, but the samples have {columns}; name the size they were made with", channels.saturating_mul(*height).saturating_mul(*width))]
    ImageSize {
        /// Channels of an image.
        channels: usize,
        /// Rows of an image.
        height: usize,
        /// Columns of an image.
        width: usize,
        /// Values per sample.
        columns: usize,
    },
    /// An eigenvalue or singular value iteration did not converge.
    #[error(
        "the eigenvalues of the covariances did not settle; look for features beyond 1e100 of each other, and scale them"
    )]
    NoConvergence,
    /// Two figures were obtained by different protocols.
    #[error("the figures cannot be compared: {0}; evaluate again with the same protocol")]
    Protocols(Difference),
    /// A feature space or scorer does not take images of this shape.
    #[error("{what} takes images of {expected}, and these are {found}: {remedy}")]
    ImageShape {
        /// The feature space or scorer.
        what: &'static str,
        /// The shape it takes, channels first.
        expected: &'static str,
        /// The shape of the images.
        found: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The weights of a feature network are missing, damaged or of another network.
    #[error("the weights of {what} cannot be used: {reason}")]
    Weights {
        /// The network.
        what: &'static str,
        /// What is wrong with them.
        reason: String,
    },
    /// No metric has this name.
    #[error("no metric is called `{name}`; there are {known}")]
    UnknownMetric {
        /// The name given.
        name: String,
        /// All names.
        known: String,
    },
    /// The data or the feature space do not admit the metric.
    #[error("{metric} cannot be computed here: {reason}")]
    Unsupported {
        /// The metric.
        metric: &'static str,
        /// Why, and what to do.
        reason: &'static str,
    },
    /// The metric has no value for these samples.
    #[error("{metric} has no value: {reason}")]
    NoValue {
        /// The metric.
        metric: &'static str,
        /// Why.
        reason: &'static str,
    },
    /// The device failed to compute or to return features.
    #[error("the device failed: {0}")]
    Device(#[from] TensorReadError),
}

impl EvalError {
    /// Whether other samples may have a value. A collapsed or diverged generator causes such an error; too few images are an error for every generator.
    #[must_use]
    pub fn depends_on_samples(&self) -> bool {
        matches!(
            self,
            Self::NoValue { .. } | Self::OutOfRange { .. } | Self::NoConvergence
        )
    }
}
