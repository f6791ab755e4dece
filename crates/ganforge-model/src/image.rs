//! The size of an image, as networks and model files state it.

use ganforge_core::ImageShape;
use serde::{Deserialize, Serialize};

/// Shape of one image: `[channels, height, width]`; a point in the plane is `[2, 1, 1]`.
///
/// ```
/// use ganforge_model::ImageSpec;
///
/// let image = ImageSpec { channels: 3, height: 64, width: 48 };
/// assert_eq!(image.len(), 9216);
/// assert!(!image.is_point());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageSpec {
    /// 1 for grey, 3 for RGB, 2 for points in the plane.
    pub channels: usize,
    /// Rows of pixels.
    pub height: usize,
    /// Columns of pixels.
    pub width: usize,
}

impl ImageSpec {
    /// Numbers in one image: `channels · height · width`.
    #[must_use]
    pub fn len(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// [`len`](Self::len), or `None` where a claimed size overflows.
    #[must_use]
    pub fn checked_len(&self) -> Option<usize> {
        self.channels
            .checked_mul(self.height)?
            .checked_mul(self.width)
    }

    /// True for an image with no numbers in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// True for points in the plane, which are drawn as a scatter plot rather than as pixels.
    #[must_use]
    pub fn is_point(&self) -> bool {
        *self
            == Self {
                channels: 2,
                height: 1,
                width: 1,
            }
    }
}

impl From<ImageSpec> for ImageShape {
    fn from(image: ImageSpec) -> Self {
        Self {
            channels: image.channels,
            height: image.height,
            width: image.width,
        }
    }
}

impl From<ImageShape> for ImageSpec {
    fn from(image: ImageShape) -> Self {
        Self {
            channels: image.channels,
            height: image.height,
            width: image.width,
        }
    }
}

impl std::fmt::Display for ImageSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}×{}×{}", self.channels, self.height, self.width)
    }
}
