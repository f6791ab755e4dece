//! From an image of any size and colour to the shape a recipe asks for.

use image::{DynamicImage, GrayImage, ImageBuffer, Luma, Rgb, RgbImage};

use crate::placement::Placement;
use crate::{ImageShape, Resize};

/// How images become one shape: transparency is laid on the background, then come the channels, then the size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fit {
    pub(crate) shape: ImageShape,
    pub(crate) resize: Resize,
    pub(crate) background: [u8; 3],
}

impl Fit {
    /// Writes `image` into `out`, `[channels, height, width]`.
    pub(crate) fn apply(&self, image: DynamicImage, out: &mut [u8]) {
        let ImageShape { height, width, .. } = self.shape;
        let image = self.flatten(image);
        let place = self.place((image.width(), image.height()));
        let image = place.scale(image);

        // What no pixel covers stays black.
        out.fill(0);
        let channels = usize::from(image.color().channel_count());
        let row_length = image.width() as usize * channels;
        let (left, top) = (place.laid_at.0 as usize, place.laid_at.1 as usize);
        for (channel, plane) in out.chunks_exact_mut(height * width).enumerate() {
            let lines = plane.chunks_exact_mut(width).skip(top);
            for (line, row) in lines.zip(image.as_bytes().chunks_exact(row_length)) {
                for (value, pixel) in line[left..].iter_mut().zip(row.chunks_exact(channels)) {
                    // The one channel of a grey image fills every plane.
                    *value = pixel[channel % channels];
                }
            }
        }
    }

    /// Bytes that [`Fit::apply`] takes for an image of size `from`, (width, height), beside the image and one copy of it.
    pub(crate) fn scratch(&self, from: (u32, u32)) -> u64 {
        self.place(from).scratch()
    }

    fn place(&self, from: (u32, u32)) -> Placement {
        let to = (side(self.shape.width), side(self.shape.height));
        Placement::of(self.resize, from, to)
    }

    /// An 8-bit grey or RGB image without transparency; grey wherever that is all there is, or all that is wanted.
    fn flatten(&self, image: DynamicImage) -> DynamicImage {
        if !image.color().has_color() && !image.color().has_alpha() {
            return image.into_luma8().into();
        }
        let image = DynamicImage::from(lay_on(image, self.background));
        match self.shape.channels {
            1 => image.into_luma8().into(),
            _ => image,
        }
    }
}

/// Lays an image on a background, by the exact source-over rule on 8-bit values.
fn lay_on(image: DynamicImage, background: [u8; 3]) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let image = image.into_rgba8();
    let mut laid = RgbImage::new(image.width(), image.height());
    for (out, pixel) in laid.pixels_mut().zip(image.pixels()) {
        let [red, green, blue, alpha] = pixel.0;
        let blend = |front: u8, back: u8| {
            let (front, back, alpha) = (u32::from(front), u32::from(back), u32::from(alpha));
            let mixed = (front * alpha + back * (255 - alpha) + 127) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        *out = Rgb([
            blend(red, background[0]),
            blend(green, background[1]),
            blend(blue, background[2]),
        ]);
    }
    laid
}

/// A grey image from raw bytes, row by row; `None` when there are too few.
pub(crate) fn grey_image(width: usize, height: usize, bytes: &[u8]) -> Option<GrayImage> {
    ImageBuffer::<Luma<u8>, _>::from_raw(side(width), side(height), bytes.to_vec())
}

/// A side in the type that the `image` crate counts pixels with.
pub(crate) fn side(pixels: usize) -> u32 {
    // Every side is at most 8192 by the options, or was read from 32 bits of a header.
    u32::try_from(pixels).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use image::{GrayAlphaImage, LumaA, Rgba, RgbaImage};

    use super::*;

    fn fit(channels: usize, height: usize, width: usize, resize: Resize) -> Fit {
        Fit {
            shape: ImageShape {
                channels,
                height,
                width,
            },
            resize,
            background: [255; 3],
        }
    }

    fn applied(fit: &Fit, image: impl Into<DynamicImage>) -> Vec<u8> {
        let mut out = vec![7; fit.shape.values()];
        fit.apply(image.into(), &mut out);
        out
    }

    #[test]
    fn padding_keeps_every_pixel_and_centres_it_on_black() {
        let image = GrayImage::from_raw(2, 2, vec![1, 2, 3, 4]).unwrap();
        assert_eq!(
            applied(&fit(1, 4, 4, Resize::Pad), image),
            [0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0]
        );
    }

    #[test]
    fn padding_reduces_what_is_too_large_without_distortion() {
        let image = GrayImage::from_pixel(8, 4, Luma([200]));
        let out = applied(&fit(1, 4, 4, Resize::Pad), image);
        assert_eq!(out[..4], [0; 4]);
        assert_eq!(out[4..12], [200; 8]);
        assert_eq!(out[12..], [0; 4]);
    }

    #[test]
    fn cropping_keeps_the_centre_and_cuts_only_the_longer_side() {
        // Four columns, of which the middle two are kept.
        let image = GrayImage::from_raw(4, 2, vec![9, 1, 2, 9, 9, 3, 4, 9]).unwrap();
        assert_eq!(applied(&fit(1, 2, 2, Resize::Crop), image), [1, 2, 3, 4]);
        let place = Placement::of(Resize::Crop, (640, 480), (64, 64));
        assert_eq!((place.cut_at, place.cut), ((80, 0), (480, 480)));
        assert!(place.crops() && place.reduces() && !place.enlarges() && !place.pads());
        let place = Placement::of(Resize::Crop, (30, 40), (32, 64));
        assert_eq!((place.cut_at, place.cut), ((5, 0), (20, 40)));
    }

    #[test]
    fn stretching_keeps_all_of_it() {
        let place = Placement::of(Resize::Stretch, (640, 480), (64, 64));
        assert!(!place.crops() && !place.pads());
        let image = GrayImage::from_raw(2, 1, vec![10, 250]).unwrap();
        let out = applied(&fit(1, 2, 4, Resize::Stretch), image);
        assert!(out[0] < 60 && out[3] > 200, "{out:?}");
    }

    #[test]
    fn every_size_of_image_gives_exactly_the_shape() {
        for resize in [Resize::Pad, Resize::Crop, Resize::Stretch] {
            for (width, height) in [(1, 1), (1, 500), (500, 1), (7, 3), (64, 63)] {
                let image = GrayImage::from_pixel(width, height, Luma([99]));
                let out = applied(&fit(1, 16, 8, resize), image);
                // A constant image stays constant wherever it is not padding.
                assert!(out.iter().all(|value| [0, 99].contains(value)), "{out:?}");
                assert!(out.contains(&99));
            }
        }
    }

    #[test]
    fn channels_are_planes_and_grey_fills_all_three() {
        let image = RgbImage::from_raw(2, 1, vec![1, 2, 3, 4, 5, 6]).unwrap();
        assert_eq!(
            applied(&fit(3, 1, 2, Resize::Crop), image),
            [1, 4, 2, 5, 3, 6]
        );
        let image = GrayImage::from_raw(2, 1, vec![8, 9]).unwrap();
        assert_eq!(
            applied(&fit(3, 1, 2, Resize::Crop), image),
            [8, 9, 8, 9, 8, 9]
        );
    }

    #[test]
    fn colour_becomes_grey_by_the_luma_weights() {
        let image = RgbImage::from_raw(3, 1, vec![255, 0, 0, 0, 255, 0, 50, 50, 50]).unwrap();
        assert_eq!(applied(&fit(1, 1, 3, Resize::Crop), image), [54, 182, 50]);
    }

    #[test]
    fn transparency_is_laid_on_the_background_before_anything_else() {
        let pixels = [[0, 0, 0, 0], [0, 0, 0, 255], [0, 0, 0, 128]].concat();
        let image = RgbaImage::from_raw(3, 1, pixels).unwrap();
        let on = |background| Fit {
            background,
            ..fit(3, 1, 3, Resize::Crop)
        };
        assert_eq!(
            applied(&on([255, 100, 0]), image.clone()),
            [255, 0, 127, 100, 0, 50, 0, 0, 0]
        );
        // Colour hidden under full transparency must not leak into the neighbours when scaled.
        let hidden = RgbaImage::from_pixel(8, 8, Rgba([255, 0, 0, 0]));
        let out = applied(&fit(3, 4, 4, Resize::Crop), hidden);
        assert!(out.iter().all(|&value| value == 255));

        let grey = GrayAlphaImage::from_pixel(1, 1, LumaA([0, 0]));
        assert_eq!(applied(&fit(1, 1, 1, Resize::Crop), grey), [255]);
    }
}
