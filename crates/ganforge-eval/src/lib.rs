//! Metrics of generated images, each tested against the reference implementation of its field, and figures that state their protocol.
//!
//! [`Evaluator`] computes many metrics at once from images: it takes samples and real images batch by batch and returns a [`Figure`] for every metric. The
//! functions in [`metrics`] compute one metric each from [`Features`], and know no tensor, network or dataset. [`spaces`] has the networks that turn images
//! into features.
//!
//! ```
//! use ganforge_eval::Features;
//! use ganforge_eval::metrics::{NearestK, frechet_of_features, prdc};
//!
//! let features = |shift: f32| {
//!     let data = (0..300).map(|i| (i as f32 * 1.7).sin() + shift).collect();
//!     Features::new(100, 3, data)
//! };
//! let (samples, reference) = (features(0.5)?, features(0.0)?);
//! // The same distribution, shifted by 0.5 in each of three dimensions.
//! assert!((frechet_of_features(&samples, &reference)? - 0.75).abs() < 1e-6);
//! assert!(prdc(&samples, &reference, NearestK::default())?.precision < 1.0);
//! # Ok::<(), ganforge_eval::EvalError>(())
//! ```
//!
//! # Memory
//!
//! [`Moments`](metrics::Moments) are accumulated batch by batch in one matrix of dimensions × dimensions. Metrics of pairs keep both sets in single precision and
//! process the pairs in tiles: 50,000 samples of 2,048 features per side take 0.8 GiB, and tiles and neighbour lists add about 150 MiB. Matrices that would
//! exceed 2 GiB are refused: a covariance of more than 4,096 dimensions, unless neither side has more than 4,096 samples.
//!
//! # Determinism
//!
//! The same call returns the same bits on the same machine, for any number of threads. Invalid input is an [`EvalError`], never a panic and never NaN.

mod difference;
mod error;
mod estimate;
mod evaluation;
mod features;
mod figure;
pub mod metrics;
mod pairs;
mod protocol;
pub mod spaces;

pub use burn;
pub use difference::Difference;
pub use error::EvalError;
pub use estimate::{Estimate, Spread};
pub use evaluation::{
    Better, Evaluator, EvaluatorConfig, Figures, MetricName, ModeSource, Part, ProtocolContext,
    SingularCovariance,
};
pub use features::Features;
pub use figure::Figure;
pub use ganforge_core::ImageShape;
pub use protocol::{Metric, Protocol};

#[cfg(test)]
mod tests;

/// The example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
