//! Regularisers that are not terms of the discriminator's loss.

use serde::{Deserialize, Serialize};

/// `game.instance_noise`: normal noise on real images and fakes, so that their distributions overlap early in training (Sønderby et al. 2017,
/// "Amortised MAP Inference for Image Super-resolution", section 3).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceNoise {
    /// Initial standard deviation in units of the images, above 0.
    pub std: f64,
    /// Number of real images after which it is 0; it decreases linearly until then.
    pub until: f64,
}

/// `game.feature_matching`: the generator minimises the squared distance between the mean features of real images and
/// of fakes (Salimans et al. 2016, "Improved Techniques for Training GANs", section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureMatching {
    /// Weight of the distance, above 0.
    #[serde(default = "unit")]
    pub weight: f64,
    /// Keep the generator's adversarial loss as well, which the paper drops.
    #[serde(default)]
    pub beside_payoff: bool,
}

impl InstanceNoise {
    /// The standard deviation after `images` real images.
    #[must_use]
    pub fn std_after(&self, images: u64) -> f64 {
        self.std * (1.0 - images as f64 / self.until).max(0.0)
    }
}

fn unit() -> f64 {
    1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instance_noise_decreases_to_zero() {
        let noise = InstanceNoise {
            std: 0.4,
            until: 1000.0,
        };
        let after = [0, 250, 1000, 5000].map(|images| noise.std_after(images));
        for (found, expected) in after.into_iter().zip([0.4, 0.3, 0.0, 0.0]) {
            assert!((found - expected).abs() < 1e-12, "{found}, {expected}");
        }
    }
}
