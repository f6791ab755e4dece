//! The shape of one image.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The shape of one image, channels first; printed as `1x28x28`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ImageShape {
    /// 1 for grey, 3 for RGB, 2 for a point.
    pub channels: usize,
    /// Rows of pixels.
    pub height: usize,
    /// Pixels in a row.
    pub width: usize,
}

impl ImageShape {
    /// The shape of a 2-D point: an image of two channels and one pixel.
    pub const POINT: Self = Self {
        channels: 2,
        height: 1,
        width: 1,
    };

    /// How many values one image holds: channels × height × width.
    #[must_use]
    pub const fn values(self) -> usize {
        self.channels * self.height * self.width
    }

    /// Whether this is the shape of a 2-D point, whose values are coordinates and not brightness.
    #[must_use]
    pub fn is_point(self) -> bool {
        self == Self::POINT
    }
}

impl fmt::Display for ImageShape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}x{}x{}",
            self.channels, self.height, self.width
        )
    }
}
