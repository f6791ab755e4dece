//! The reconstruction error of an autoencoder.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::layers::Traced;

/// The energy of an image: its distance from its reconstruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReconstructionError {
    /// The mean of absolute differences (Berthelot et al. 2017, section 3.1, with η = 1).
    #[default]
    MeanAbsolute,
    /// The mean of squared differences, as in most ports of EBGAN.
    MeanSquare,
    /// The Euclidean norm of the difference (Zhao et al. 2017, section 2.3); it grows with the root of the number of pixels.
    Norm,
}

/// Added to a squared norm before its root, whose derivative at 0 is infinite.
const SMALLEST: f64 = 1e-12;

impl ReconstructionError {
    /// The score of each image, its negative energy.
    ///
    /// # Shapes
    /// - `residual`: `[batch, values]`, reconstruction minus image
    /// - output: `[batch, 1]`, at most 0
    pub(super) fn score<const S: usize>(self, residual: Traced<'_, 2, S>) -> Traced<'_, 2, S> {
        let values = residual.value();
        let [_, count] = values.dims();
        match self {
            Self::MeanAbsolute => {
                let score = -values.clone().abs().mean_dim(1);
                residual.then(score, move |gradient| {
                    values.sign() * gradient * (-1.0 / count as f64)
                })
            }
            Self::MeanSquare => {
                let score = -values.clone().square().mean_dim(1);
                residual.then(score, move |gradient| {
                    values * gradient * (-2.0 / count as f64)
                })
            }
            Self::Norm => {
                let norm = norm(values.clone());
                residual.then(-norm.clone(), move |gradient| values / norm * -gradient)
            }
        }
    }
}

/// # Shapes
/// - `[batch, values]` to `[batch, 1]`
fn norm(values: Tensor<2>) -> Tensor<2> {
    (values.square().sum_dim(1) + SMALLEST).sqrt()
}
