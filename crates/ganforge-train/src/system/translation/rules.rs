//! The losses of the papers, as the table `[translation]` of a recipe states them.

use std::fmt::Debug;

use burn::tensor::Tensor;
use ganforge_ops::mean;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::RecipeError;

/// The losses of one paper: the table `[translation]`.
pub trait TranslationRules:
    Clone + Debug + Default + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// The value of the key `system` in a recipe.
    const NAME: &'static str;

    /// How images are compared with those they should be.
    const DISTANCE: Distance;

    /// What `game.feature_matching` is to be, with the reason.
    const FEATURE_MATCHING: &'static str;

    /// Checks for values out of range.
    ///
    /// # Errors
    /// Names the key, its value and the allowed values.
    fn check(&self) -> Result<(), RecipeError>;

    /// The weights of the generators' terms after this number of real images.
    fn weights(&self, images: u64) -> Weights;

    /// Past fakes per discriminator; 0 shows it the current ones only.
    fn pool(&self) -> usize {
        0
    }

    /// Whether the second domain alone has a discriminator, and the first alone is reconstructed.
    fn one_sided(&self) -> bool {
        false
    }

    /// A warning for a run of this number of real images: key, value and reason.
    fn warning(&self, _images: u64) -> Option<String> {
        None
    }

    /// The terms that the generators report.
    fn terms(&self) -> &'static [&'static str];
}

/// The weights of the terms of the generators' loss. Each term is the sum over both domains.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Of the payoff of `[game]`.
    pub adversarial: f64,
    /// Of the squared differences between mean hidden layers of the discriminator.
    pub feature_matching: f64,
    /// Of the distance of an image from its translation back and forth.
    pub reconstruction: f64,
    /// Of the distance of an image from its translation to the domain that it is of.
    pub identity: f64,
}

/// How images are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distance {
    /// The mean absolute difference.
    Absolute,
    /// The mean squared difference.
    Squared,
}

impl Distance {
    /// The distance of images from what they should be.
    ///
    /// # Shapes
    /// - `images`, `expected`: `[batch, channels, height, width]`
    /// - output: `[1]`
    #[must_use]
    pub fn between(self, images: Tensor<4>, expected: Tensor<4>) -> Tensor<1> {
        let difference = images - expected;
        mean(match self {
            Self::Absolute => difference.abs(),
            Self::Squared => difference.square(),
        })
    }
}

/// `[translation]` of `system = "discogan"` (Kim et al. 2017, "Learning to Discover Cross-Domain Relations with Generative
/// Adversarial Networks"): the loss of the published code,
/// `(1 - r)·(adversarial·payoff + feature_matching·matching) + r·reconstruction·distance`, where r is a rate that rises once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiscoRules {
    /// Weight of the payoff.
    #[serde(default = "tenth")]
    pub adversarial: f64,
    /// Weight of feature matching.
    #[serde(default = "nine_tenths")]
    pub feature_matching: f64,
    /// Weight of the squared distance of an image from its translation back and forth. The default is that of the code, where
    /// pixels are in [0, 1]: squares are four times as large here.
    #[serde(default = "quarter")]
    pub reconstruction: f64,
    /// The rate r before `curriculum` real images.
    #[serde(default = "hundredth")]
    pub starting_rate: f64,
    /// The rate r after them.
    #[serde(default = "half")]
    pub rate: f64,
    /// Real images after which the rate changes.
    #[serde(default = "curriculum")]
    pub curriculum: u64,
    /// The ablation of the paper's figure 2b: one discriminator, and the reconstruction of the first domain only.
    #[serde(default)]
    pub one_sided: bool,
}

impl Default for DiscoRules {
    fn default() -> Self {
        Self {
            adversarial: tenth(),
            feature_matching: nine_tenths(),
            reconstruction: quarter(),
            starting_rate: hundredth(),
            rate: half(),
            curriculum: curriculum(),
            one_sided: false,
        }
    }
}

impl TranslationRules for DiscoRules {
    const NAME: &'static str = "discogan";
    const DISTANCE: Distance = Distance::Squared;
    const FEATURE_MATCHING: &'static str =
        "left out with system = \"discogan\", whose translation.feature_matching is its weight";

    fn check(&self) -> Result<(), RecipeError> {
        at_least_zero("adversarial", self.adversarial)?;
        at_least_zero("feature_matching", self.feature_matching)?;
        at_least_zero("reconstruction", self.reconstruction)?;
        if self.adversarial + self.feature_matching <= 0.0 {
            return Err(RecipeError::value(
                "translation.adversarial",
                self.adversarial,
                "above 0, unless translation.feature_matching is",
            ));
        }
        for (key, rate) in [("starting_rate", self.starting_rate), ("rate", self.rate)] {
            if !(0.0..1.0).contains(&rate) {
                let key = format!("translation.{key}");
                return Err(RecipeError::value(key, rate, "0 or more and below 1"));
            }
        }
        Ok(())
    }

    fn weights(&self, images: u64) -> Weights {
        let rate = if images < self.curriculum {
            self.starting_rate
        } else {
            self.rate
        };
        Weights {
            adversarial: (1.0 - rate) * self.adversarial,
            feature_matching: (1.0 - rate) * self.feature_matching,
            reconstruction: rate * self.reconstruction,
            identity: 0.0,
        }
    }

    fn one_sided(&self) -> bool {
        self.one_sided
    }

    fn warning(&self, images: u64) -> Option<String> {
        let Self {
            curriculum,
            starting_rate,
            rate,
            ..
        } = *self;
        let changes = (rate - starting_rate).abs() > 0.0;
        (changes && curriculum >= images).then(|| {
            format!(
                "`translation.curriculum` is {curriculum}: the run ends after {images} images, before the rate rises from {starting_rate} to {rate}"
            )
        })
    }

    fn terms(&self) -> &'static [&'static str] {
        let reconstructs =
            self.reconstruction > 0.0 && (self.starting_rate > 0.0 || self.rate > 0.0);
        match (
            self.adversarial > 0.0,
            self.feature_matching > 0.0,
            reconstructs,
        ) {
            (true, true, true) => &["adversarial", "feature_matching", "reconstruction"],
            (true, true, false) => &["adversarial", "feature_matching"],
            (true, false, true) => &["adversarial", "reconstruction"],
            (true, false, false) => &["adversarial"],
            (false, _, true) => &["feature_matching", "reconstruction"],
            (false, _, false) => &["feature_matching"],
        }
    }
}

pub(super) fn at_least_zero(key: &str, value: f64) -> Result<(), RecipeError> {
    if value.is_finite() && value >= 0.0 {
        return Ok(());
    }
    Err(RecipeError::value(
        format!("translation.{key}"),
        value,
        "0 or more",
    ))
}

fn hundredth() -> f64 {
    0.01
}

fn tenth() -> f64 {
    0.1
}

fn quarter() -> f64 {
    0.25
}

fn half() -> f64 {
    0.5
}

fn nine_tenths() -> f64 {
    0.9
}

/// 10,000 iterations of the published code, of which every third is the discriminator's, with batches of 64.
fn curriculum() -> u64 {
    213_333
}
