//! The weights of the generator's loss.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::error::RecipeError;

/// `[inpainting]` of a recipe: weights of the generator's loss.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InpaintingConfig {
    /// λ_rec, of the mean squared error of the predicted pixels.
    pub reconstruction: f64,
    /// λ_adv, of the payoff; 0 trains by the reconstruction alone.
    pub adversarial: f64,
    /// Weight within the squared error of predicted pixels that are not missing; missing ones have 1.
    pub overlap_weight: f64,
}

impl Default for InpaintingConfig {
    fn default() -> Self {
        Self {
            reconstruction: 0.999,
            adversarial: 0.001,
            overlap_weight: 10.0,
        }
    }
}

impl InpaintingConfig {
    /// Weights of squared errors: 1 where a pixel is missing, `overlap_weight` elsewhere.
    ///
    /// # Shapes
    /// - `missing`: any, 1 at missing pixels and 0 elsewhere
    /// - output: as `missing`
    pub(super) fn weights(self, missing: Tensor<4>) -> Tensor<4> {
        missing * (1.0 - self.overlap_weight) + self.overlap_weight
    }

    pub(super) fn check(self) -> Result<(), RecipeError> {
        for (key, value) in [
            ("reconstruction", self.reconstruction),
            ("adversarial", self.adversarial),
            ("overlap_weight", self.overlap_weight),
        ] {
            if !(value.is_finite() && value >= 0.0) {
                let key = format!("inpainting.{key}");
                return Err(RecipeError::value(key, value, "a number of 0 or more"));
            }
        }
        if self.reconstruction == 0.0 && self.adversarial == 0.0 {
            return Err(RecipeError::value(
                "inpainting.reconstruction",
                0,
                "above 0 with inpainting.adversarial = 0, or the generator has no loss",
            ));
        }
        Ok(())
    }
}
