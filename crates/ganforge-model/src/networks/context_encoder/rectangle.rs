//! Rectangles of pixels.

use burn::tensor::Tensor;

use crate::ImageShape;

/// A rectangle of pixels within an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rectangle {
    /// Rows above it.
    pub top: usize,
    /// Columns to the left of it.
    pub left: usize,
    /// Its rows.
    pub height: usize,
    /// Its columns.
    pub width: usize,
}

impl Rectangle {
    /// All of an image.
    #[must_use]
    pub fn whole(image: ImageShape) -> Self {
        Self {
            top: 0,
            left: 0,
            height: image.height,
            width: image.width,
        }
    }

    /// The central half of each side. It is exact where both sides are multiples of 4.
    #[must_use]
    pub fn centre(image: ImageShape) -> Self {
        Self {
            top: image.height / 4,
            left: image.width / 4,
            height: image.height / 2,
            width: image.width / 2,
        }
    }

    /// The rectangle without a border of `pixels` on each side; empty if it is not larger than its border.
    #[must_use]
    pub fn inset(self, pixels: usize) -> Self {
        Self {
            top: self.top + pixels,
            left: self.left + pixels,
            height: self.height.saturating_sub(2 * pixels),
            width: self.width.saturating_sub(2 * pixels),
        }
    }

    /// 1 at its pixels and 0 elsewhere, `height · width` values of an image.
    #[must_use]
    pub fn mask(self, image: ImageShape) -> Vec<f32> {
        let mut mask = vec![0.0; image.height * image.width];
        for row in mask
            .chunks_mut(image.width)
            .skip(self.top)
            .take(self.height)
        {
            row[self.left..self.left + self.width].fill(1.0);
        }
        mask
    }

    /// Its pixels.
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, height, width]`, large enough to hold it
    /// - output: `[batch, channels, its height, its width]`
    #[must_use]
    pub fn crop(self, images: Tensor<4>) -> Tensor<4> {
        let rows = images.narrow(2, self.top, self.height);
        rows.narrow(3, self.left, self.width)
    }

    /// The images with its pixels replaced.
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, height, width]`
    /// - `patch`: `[batch, channels, its height, its width]`
    /// - output: as `images`
    #[must_use]
    pub fn replace(self, images: Tensor<4>, patch: Tensor<4>) -> Tensor<4> {
        let [batch, channels, ..] = images.dims();
        let ranges = [
            0..batch,
            0..channels,
            self.top..self.top + self.height,
            self.left..self.left + self.width,
        ];
        images.slice_assign(ranges, patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn a_patch_that_is_cut_out_and_put_back_changes_nothing() {
        let image = ImageShape {
            channels: 2,
            height: 8,
            width: 12,
        };
        let centre = Rectangle::centre(image);
        let hole = centre.inset(1);
        assert_eq!(
            [centre.top, centre.left, centre.height, centre.width],
            [2, 3, 4, 6]
        );
        assert_eq!([hole.top, hole.left, hole.height, hole.width], [3, 4, 2, 4]);
        let mask = hole.mask(image);
        let missing = (0..96).filter(|&index| mask[index] > 0.5);
        assert_eq!(
            missing.collect::<Vec<_>>(),
            [40, 41, 42, 43, 52, 53, 54, 55]
        );
        let images = Tensor::<1, burn::tensor::Int>::arange(0..192, &Device::flex());
        let images = images.float().reshape([1, 2, 8, 12]);
        let replaced = hole.replace(images.clone(), hole.crop(images.clone()));
        assert_eq!(replaced.into_data(), images.into_data());
    }
}
