//! The noise of an encoder.

use serde::{Deserialize, Serialize};

/// How the latent of an image is random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EncoderNoise {
    /// Not at all: an image has one latent (Donahue et al. 2017).
    #[default]
    None,
    /// The latent is μ(x) + exp(log σ(x)) · ε (Dumoulin et al. 2017, section 2.2).
    Gaussian,
    /// ε is an input beside the image, as in the authors' code for points in the plane.
    Input,
}

impl EncoderNoise {
    /// The name in a recipe.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gaussian => "gaussian",
            Self::Input => "input",
        }
    }
}
