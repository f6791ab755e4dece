//! The shape of one image.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Shape of one image, channels first; a point in the plane is `[2, 1, 1]`. Printed as `1x28x28`.
///
/// ```
/// let shape = ganforge_core::ImageShape { channels: 3, height: 64, width: 48 };
/// assert_eq!(shape.to_string(), "3x64x48");
/// assert_eq!(shape.values(), 9216);
/// assert!(!shape.is_point());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageShape {
    /// 1 for grey, 3 for RGB, 2 for a point.
    pub channels: usize,
    /// Rows of pixels.
    pub height: usize,
    /// Columns of pixels.
    pub width: usize,
}

impl ImageShape {
    /// The shape of a point in the plane: two channels and one pixel.
    pub const POINT: Self = Self {
        channels: 2,
        height: 1,
        width: 1,
    };

    /// Values in one image: channels · height · width.
    #[must_use]
    pub const fn values(self) -> usize {
        self.channels * self.height * self.width
    }

    /// [`values`](Self::values), or `None` where a claimed size overflows.
    #[must_use]
    pub fn checked_values(self) -> Option<usize> {
        self.channels
            .checked_mul(self.height)?
            .checked_mul(self.width)
    }

    /// True for an image without values.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.values() == 0
    }

    /// True for a point in the plane, whose values are coordinates and not brightness.
    #[must_use]
    pub fn is_point(self) -> bool {
        self == Self::POINT
    }
}

impl fmt::Display for ImageShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}x{}", self.channels, self.height, self.width)
    }
}
