//! How good samples are: metrics on features, each held against the implementation its field uses, and figures that state their protocol.
//!
//! ```
//! use ganforge_eval::{Features, Reach, frechet_of_features, overlap};
//!
//! let features = |shift: f32| {
//!     let data = (0..300).map(|at| (at as f32 * 1.7).sin() + shift).collect();
//!     Features::new(100, 3, data)
//! };
//! let (samples, reference) = (features(0.5)?, features(0.0)?);
//! // The same distribution, moved by 0.5 in three dimensions.
//! assert!((frechet_of_features(&samples, &reference)? - 0.75).abs() < 1e-6);
//! assert!(overlap(&samples, &reference, Reach::default())?.precision < 1.0);
//! # Ok::<(), ganforge_eval::EvalError>(())
//! ```
//!
//! What a feature is (a pixel, an activation of a classifier) is the caller's business: metrics know no tensor, no network and no dataset. [`spaces`] has
//! the networks that turn images into features.
//!
//! # Which metric
//!
//! | question | function | needs |
//! |---|---|---|
//! | how far is the distribution? | [`frechet`], [`kernel`] | features of samples and real data |
//! | realistic? complete? | [`overlap`]: precision, density; recall, coverage | the same |
//! | how does it compare with table 1 of 2014? | [`parzen`] | pixels in [0, 1] |
//! | recognisable and varied? | [`inception_score`] | class probabilities |
//! | which modes are missing? | [`mixture_modes`], [`class_modes`] | centres, or classes |
//! | copied? | [`nearest_training`] | training and held-out data |
//! | all alike? | [`diversity`] | the samples' pixels |
//!
//! [`Evaluator`] is the way from images to all of them at once: it takes pixels batch by batch, whoever made them, and gives a [`Figure`] for each metric.
//!
//! # Memory
//!
//! [`Moments`] are streamed: a batch at a time, and one matrix of dimensions × dimensions. Everything that compares pairs keeps both sets, in single
//! precision, and works through the pairs in tiles: 50,000 samples of 2,048 features a side are 0.8 GiB, and the tiles and the neighbours met so far add some
//! 150 MiB. What would not fit into 2 GiB is refused: a covariance of more than 4,096 dimensions, unless neither side has more than 4,096 samples; two of exactly so many dimensions take 1.2 GB in all.
//!
//! # Promises
//!
//! The same call gives the same bits on the same machine, whatever the number of threads. Bad input is an [`EvalError`] that says what to do, never a panic and never NaN.

mod digest;
mod diversity;
mod error;
mod estimate;
mod evaluation;
mod features;
mod figure;
mod frechet;
mod inception;
mod kernel;
mod manifold;
mod modes;
mod moments;
mod nearest;
mod neighbours;
mod parzen;
mod protocol;
mod sampling;
mod smallest;
pub mod spaces;
mod spectrum;
mod tiles;

pub use diversity::{diversity, scales};
pub use error::EvalError;
pub use estimate::{Estimate, Spread};
pub use evaluation::{
    Better, Circumstances, Evaluation, EvaluationError, Evaluator, Figures, MetricName, ModeSource,
    Part, Singular,
};
pub use features::Features;
pub use figure::Figure;
pub use frechet::{frechet, frechet_fits, frechet_of_features};
pub use inception::inception_score;
pub use kernel::{Estimator, kernel};
pub use manifold::{Overlap, Reach, overlap};
pub use modes::{HIGH_QUALITY, Modes, class_modes, mixture_modes, stacked_digits};
pub use moments::Moments;
pub use nearest::{Nearest, Summary, nearest_training};
pub use parzen::{GRID, Likelihood, parzen};
pub use protocol::{Difference, Metric, Protocol};

#[cfg(test)]
mod tests;
