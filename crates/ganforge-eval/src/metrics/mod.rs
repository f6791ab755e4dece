//! The metrics, as functions of [`Features`](crate::Features). Each file names its paper and its reference implementation.
//!
//! | question | function | input |
//! |---|---|---|
//! | How far apart are the distributions? | [`frechet`], [`kernel`] | features of samples and real images |
//! | Are samples realistic, and is the data covered? | [`prdc`]: precision, density; recall, coverage | the same |
//! | How likely is the test set (table 1 of Goodfellow et al., 2014)? | [`parzen`] | pixels in [0, 1] |
//! | Are samples recognizable and varied? | [`inception_score`] | class probabilities |
//! | Which modes are missing? | [`mixture_modes`], [`class_modes`] | centers, or classes |
//! | Are training images copied? | [`nearest_training`] | training and held-out features |
//! | How similar are samples to each other? | [`diversity`] | pixels in [-1, 1] |

mod diversity;
mod frechet;
mod inception_score;
mod kernel;
mod modes;
mod nearest;
mod parzen;
mod prdc;

pub use diversity::{diversity, ms_ssim_scales};
pub(crate) use frechet::BLOCK;
pub use frechet::{Moments, frechet, frechet_fits, frechet_of_features};
pub use inception_score::inception_score;
pub use kernel::{KernelEstimator, kernel};
pub use modes::{
    HIGH_QUALITY_DEVIATIONS, Modes, class_modes, mixture_modes, nearest_mode, stacked_digits,
};
pub use nearest::{DistanceSummary, NearestDistances, nearest_training};
pub use parzen::{Likelihood, PARZEN_GRID, parzen};
pub use prdc::{NearestK, Prdc, prdc};
