//! The part of an image that is missing.

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::mask::random_mask;
use super::rectangle::Rectangle;
use crate::ImageShape;

/// The part of an image that is missing, and with it the part that is predicted.
///
/// ```
/// use ganforge_model::networks::Region;
/// use ganforge_model::{ImageShape, keyed_rng};
///
/// let image = ImageShape { channels: 3, height: 64, width: 64 };
/// let mask = Region::Random.mask(image, 0, &mut keyed_rng(7, "mask", 0));
/// let share = mask.iter().sum::<f32>() / 4096.0;
/// assert!(share > 0.2 && share < 0.3);
/// // Half of each side is predicted; of those 32×32 pixels, a border of 4 is not missing.
/// assert_eq!(Region::Centre.predicted(image).height, 32);
/// assert_eq!(Region::Centre.mask(image, 4, &mut keyed_rng(7, "mask", 0)).iter().sum::<f32>(), 576.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Region {
    /// The centre. A patch of half of each side is predicted.
    #[default]
    Centre,
    /// Random blobs of 20 to 30 % of the pixels. The whole image is predicted.
    Random,
}

impl Region {
    /// The pixels that the network predicts.
    #[must_use]
    pub fn predicted(self, image: ImageShape) -> Rectangle {
        match self {
            Self::Centre => Rectangle::centre(image),
            Self::Random => Rectangle::whole(image),
        }
    }

    /// A hole: 1 at missing pixels and 0 elsewhere, `height · width` values. That of the centre is always the same;
    /// `overlap` is the border of the predicted patch that is not missing.
    #[must_use]
    pub fn mask(self, image: ImageShape, overlap: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
        match self {
            Self::Centre => Rectangle::centre(image).inset(overlap).mask(image),
            Self::Random => random_mask([image.height, image.width], rng),
        }
    }
}
