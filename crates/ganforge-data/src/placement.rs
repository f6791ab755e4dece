//! The geometry of bringing an image to a size: what is cut off, what is scaled, where it is laid.

use image::DynamicImage;
use image::imageops::FilterType;

use crate::Resize;

/// Which part of an image is taken, to what size it is scaled, and where that is laid. Pairs are (horizontal, vertical), in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placement {
    pub(crate) cut_at: (u32, u32),
    pub(crate) cut: (u32, u32),
    scaled: (u32, u32),
    pub(crate) laid_at: (u32, u32),
    from: (u32, u32),
    to: (u32, u32),
}

impl Placement {
    /// How an image of size `from` comes to size `to`, both (width, height).
    pub(crate) fn of(resize: Resize, from: (u32, u32), to: (u32, u32)) -> Self {
        let (cut, scaled) = match resize {
            Resize::Stretch => (from, to),
            Resize::Crop => (largest_part(from, to), to),
            Resize::Auto | Resize::Pad if from.0 <= to.0 && from.1 <= to.1 => (from, from),
            // The largest part of the target with the proportions of the image.
            Resize::Auto | Resize::Pad => (from, largest_part(to, from)),
        };
        Self {
            cut_at: ((from.0 - cut.0) / 2, (from.1 - cut.1) / 2),
            cut,
            scaled,
            laid_at: ((to.0 - scaled.0) / 2, (to.1 - scaled.1) / 2),
            from,
            to,
        }
    }

    /// Cuts and scales an image of size `from`.
    pub(crate) fn scale(&self, image: DynamicImage) -> DynamicImage {
        let image = if self.crops() {
            image.crop_imm(self.cut_at.0, self.cut_at.1, self.cut.0, self.cut.1)
        } else {
            image
        };
        if self.scaled == self.cut {
            return image;
        }
        let image = self.reduce_roughly(image);
        // Lanczos keeps detail when reducing; the softer cubic rings less when enlarging.
        let filter = if self.reduces() {
            FilterType::Lanczos3
        } else {
            FilterType::CatmullRom
        };
        image.resize_exact(self.scaled.0, self.scaled.1, filter)
    }

    /// Averages a photograph down to three times the size wanted or a little more, before the exact filter has its say.
    ///
    /// This is Pillow's `reducing_gap` of 3: hardly to be told from the filter alone, and many times faster on large images.
    fn reduce_roughly(&self, image: DynamicImage) -> DynamicImage {
        let (width, height) = self.roughly();
        if (width, height) == self.cut {
            return image;
        }
        image.thumbnail_exact(width, height)
    }

    /// What an image is averaged down to.
    fn roughly(&self) -> (u32, u32) {
        const GAP: u32 = 3;
        let reduced = |from: u32, to: u32| from / (from / to / GAP).max(1);
        (
            reduced(self.cut.0, self.scaled.0),
            reduced(self.cut.1, self.scaled.1),
        )
    }

    /// Bytes that scaling takes: four a pixel of the result, and 16 of what the exact filter holds between its vertical and its horizontal pass.
    pub(crate) fn scratch(&self) -> u64 {
        if self.scaled == self.cut {
            return 0;
        }
        let (width, height) = self.scaled;
        u64::from(height) * (16 * u64::from(self.roughly().0) + 4 * u64::from(width))
    }

    /// Whether anything is cut off.
    pub(crate) fn crops(&self) -> bool {
        self.cut != self.from
    }

    /// Whether a side gets shorter by scaling.
    pub(crate) fn reduces(&self) -> bool {
        self.scaled.0 < self.cut.0 || self.scaled.1 < self.cut.1
    }

    /// Whether a side gets longer by scaling.
    pub(crate) fn enlarges(&self) -> bool {
        self.scaled.0 > self.cut.0 || self.scaled.1 > self.cut.1
    }

    /// Whether a border is added.
    pub(crate) fn pads(&self) -> bool {
        self.scaled != self.to
    }
}

/// The largest size with the proportions of `shape` that fits into `whole`.
fn largest_part(whole: (u32, u32), shape: (u32, u32)) -> (u32, u32) {
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
    fn the_rough_step_for_large_images_changes_hardly_anything() {
        // Stripes of 120 levels that get ever finer, which is as hard as it comes.
        let stripes = |x: u32, y: u32| (x * x + 3 * y) / 700 % 2 * 120 + x / 16 + y / 16;
        let image = GrayImage::from_fn(900, 700, |x, y| {
            Luma([u8::try_from(stripes(x, y)).unwrap()])
        });
        let image = DynamicImage::from(image);
        let exact = image.resize_exact(50, 40, FilterType::Lanczos3);
        let quick = Placement::of(Resize::Stretch, (900, 700), (50, 40)).scale(image);

        let pairs = exact.as_bytes().iter().zip(quick.as_bytes());
        let differences: Vec<u32> = pairs.map(|(a, b)| a.abs_diff(*b).into()).collect();
        assert!(differences.iter().max() <= Some(&8));
        // On average less than one and a half of 255 levels.
        assert!(differences.iter().sum::<u32>() < 50 * 40 * 3 / 2);
    }
}
