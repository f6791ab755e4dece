//! The geometry of resizing: which part of an image is cropped, its scaled size, and the offset at which it is pasted.

use image::DynamicImage;
use image::imageops::FilterType;

use crate::options::Resize;

/// The crop, scale and paste that bring an image to a size. Pairs are (horizontal, vertical), in pixels.
#[derive(Clone, Copy)]
pub(crate) struct Geometry {
    pub(super) crop_offset: (u32, u32),
    pub(super) crop_size: (u32, u32),
    scaled_size: (u32, u32),
    pub(super) paste_offset: (u32, u32),
    from: (u32, u32),
    to: (u32, u32),
}

impl Geometry {
    /// From an image of size `from` to size `to`, both (width, height).
    pub(crate) fn new(resize: Resize, from: (u32, u32), to: (u32, u32)) -> Self {
        let (crop_size, scaled_size) = match resize {
            Resize::Stretch => (from, to),
            Resize::Crop => (largest_inscribed(from, to), to),
            Resize::Auto | Resize::Pad if from.0 <= to.0 && from.1 <= to.1 => (from, from),
            // The largest part of the target with the aspect ratio of the image.
            Resize::Auto | Resize::Pad => (from, largest_inscribed(to, from)),
        };
        Self {
            crop_offset: ((from.0 - crop_size.0) / 2, (from.1 - crop_size.1) / 2),
            crop_size,
            scaled_size,
            paste_offset: ((to.0 - scaled_size.0) / 2, (to.1 - scaled_size.1) / 2),
            from,
            to,
        }
    }

    /// Crops and scales an image of size `from`.
    pub(super) fn crop_and_scale(&self, image: DynamicImage) -> DynamicImage {
        let image = if self.crops() {
            let ((x, y), (width, height)) = (self.crop_offset, self.crop_size);
            image.crop_imm(x, y, width, height)
        } else {
            image
        };
        if self.scaled_size == self.crop_size {
            return image;
        }
        let image = self.box_reduce(image);
        // Lanczos keeps detail when reducing; the softer cubic filter rings less when enlarging.
        let filter = if self.reduces() {
            FilterType::Lanczos3
        } else {
            FilterType::CatmullRom
        };
        image.resize_exact(self.scaled_size.0, self.scaled_size.1, filter)
    }

    /// Reduces a large image by box averaging to three times the target size or slightly more, before the exact filter.
    ///
    /// This is Pillow's `reducing_gap` of 3: nearly the same result as the filter alone, and many times faster on large images.
    fn box_reduce(&self, image: DynamicImage) -> DynamicImage {
        let (width, height) = self.box_size();
        if (width, height) == self.crop_size {
            return image;
        }
        image.thumbnail_exact(width, height)
    }

    /// The size after box averaging.
    fn box_size(&self) -> (u32, u32) {
        const GAP: u32 = 3;
        let reduced = |from: u32, to: u32| from / (from / to / GAP).max(1);
        (
            reduced(self.crop_size.0, self.scaled_size.0),
            reduced(self.crop_size.1, self.scaled_size.1),
        )
    }

    /// Bytes that scaling allocates: four per pixel of the result and 16 per pixel between the vertical and the horizontal pass of the exact filter.
    pub(super) fn scratch_bytes(&self) -> u64 {
        if self.scaled_size == self.crop_size {
            return 0;
        }
        let (width, height) = self.scaled_size;
        u64::from(height) * (16 * u64::from(self.box_size().0) + 4 * u64::from(width))
    }

    /// True if anything is cropped.
    pub(crate) fn crops(&self) -> bool {
        self.crop_size != self.from
    }

    /// True if scaling reduces a side.
    pub(crate) fn reduces(&self) -> bool {
        self.scaled_size.0 < self.crop_size.0 || self.scaled_size.1 < self.crop_size.1
    }

    /// True if scaling enlarges a side.
    pub(crate) fn enlarges(&self) -> bool {
        self.scaled_size.0 > self.crop_size.0 || self.scaled_size.1 > self.crop_size.1
    }

    /// True if a border is added.
    pub(crate) fn pads(&self) -> bool {
        self.scaled_size != self.to
    }
}

/// The largest size with the aspect ratio of `shape` that fits into `whole`.
fn largest_inscribed(whole: (u32, u32), shape: (u32, u32)) -> (u32, u32) {
    // The products of two 32-bit sides fit 64 bits, and each quotient is at most the side it replaces.
    let scale = |side: u32, by: u32, to: u32| {
        let rounded = (u64::from(side) * u64::from(by) + u64::from(to) / 2) / u64::from(to);
        u32::try_from(rounded.max(1)).unwrap_or(u32::MAX)
    };
    let wider = u64::from(whole.0) * u64::from(shape.1) > u64::from(whole.1) * u64::from(shape.0);
    if wider {
        (scale(whole.1, shape.0, shape.1).min(whole.0), whole.1)
    } else {
        (whole.0, scale(whole.0, shape.1, shape.0).min(whole.1))
    }
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;

    #[test]
    fn box_averaging_first_changes_the_result_little() {
        // Stripes of 120 levels with increasing frequency, the hardest case.
        let stripes = |x: u32, y: u32| (x * x + 3 * y) / 700 % 2 * 120 + x / 16 + y / 16;
        let image = GrayImage::from_fn(900, 700, |x, y| {
            Luma([u8::try_from(stripes(x, y)).unwrap()])
        });
        let image = DynamicImage::from(image);
        let exact = image.resize_exact(50, 40, FilterType::Lanczos3);
        let quick = Geometry::new(Resize::Stretch, (900, 700), (50, 40)).crop_and_scale(image);

        let pairs = exact.as_bytes().iter().zip(quick.as_bytes());
        let differences: Vec<u32> = pairs.map(|(a, b)| a.abs_diff(*b).into()).collect();
        assert!(differences.iter().max() <= Some(&8));
        // On average less than one and a half of 255 levels.
        assert!(differences.iter().sum::<u32>() < 50 * 40 * 3 / 2);
    }
}
