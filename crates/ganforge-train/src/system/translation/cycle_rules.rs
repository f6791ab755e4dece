//! The losses of `CycleGAN`.

use serde::{Deserialize, Serialize};

use super::rules::{Distance, TranslationRules, Weights, at_least_zero};
use crate::error::RecipeError;

/// `[translation]` of `system = "cyclegan"` (Zhu et al. 2017, "Unpaired Image-to-Image Translation using Cycle-Consistent
/// Adversarial Networks"): `adversarial·payoff + cycle·(reconstruction + identity·same)`, with mean absolute differences.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CycleRules {
    /// Weight of the payoff. The paper's least squares of the generators are not halved, those of the payoff are.
    #[serde(default = "two")]
    pub adversarial: f64,
    /// Weight λ of the reconstruction.
    #[serde(default = "ten")]
    pub cycle: f64,
    /// Weight of the identity term relative to λ; 0 leaves it out, as the paper does but for paintings.
    #[serde(default = "half")]
    pub identity: f64,
    /// Past fakes that each discriminator is trained on; 0 for the current ones only.
    #[serde(default = "fifty")]
    pub pool: usize,
}

impl Default for CycleRules {
    fn default() -> Self {
        Self {
            adversarial: two(),
            cycle: ten(),
            identity: half(),
            pool: fifty(),
        }
    }
}

/// The largest pool, to catch typing errors. Whether its images fit into memory is checked before training.
const LARGEST_POOL: usize = 1 << 16;

impl TranslationRules for CycleRules {
    const NAME: &'static str = "cyclegan";
    const DISTANCE: Distance = Distance::Absolute;
    const FEATURE_MATCHING: &'static str =
        "left out with system = \"cyclegan\", which matches no features";

    fn check(&self) -> Result<(), RecipeError> {
        at_least_zero("cycle", self.cycle)?;
        at_least_zero("identity", self.identity)?;
        if !(self.adversarial.is_finite() && self.adversarial > 0.0) {
            let key = "translation.adversarial";
            return Err(RecipeError::value(key, self.adversarial, "above 0"));
        }
        if self.pool > LARGEST_POOL {
            let allowed = format!("0 to {LARGEST_POOL}");
            return Err(RecipeError::value("translation.pool", self.pool, allowed));
        }
        Ok(())
    }

    fn weights(&self, _images: u64) -> Weights {
        Weights {
            adversarial: self.adversarial,
            feature_matching: 0.0,
            reconstruction: self.cycle,
            identity: self.cycle * self.identity,
        }
    }

    fn pool(&self) -> usize {
        self.pool
    }

    fn terms(&self) -> &'static [&'static str] {
        match (self.cycle > 0.0, self.cycle * self.identity > 0.0) {
            (true, true) => &["adversarial", "reconstruction", "identity"],
            (true, false) => &["adversarial", "reconstruction"],
            (false, _) => &["adversarial"],
        }
    }
}

fn half() -> f64 {
    0.5
}

fn two() -> f64 {
    2.0
}

fn ten() -> f64 {
    10.0
}

fn fifty() -> usize {
    50
}
