//! Brings an image of any size and colour to the shape of a dataset.

mod geometry;

use ganforge_core::ImageShape;
use image::{DynamicImage, GrayImage, ImageBuffer, Luma, Rgb, RgbImage};

use crate::options::Resize;
pub(crate) use geometry::Geometry;

/// Composites transparency on the background, converts the channels, then resizes.
#[derive(Clone, Copy)]
pub(crate) struct Transform {
    pub(crate) shape: ImageShape,
    pub(crate) resize: Resize,
    pub(crate) background: [u8; 3],
}

impl Transform {
    /// Writes `image` into `out`, `[channels, height, width]`.
    pub(crate) fn apply(&self, image: DynamicImage, out: &mut [u8]) {
        let ImageShape { height, width, .. } = self.shape;
        let image = self.flatten(image);
        let geometry = self.geometry((image.width(), image.height()));
        let image = geometry.crop_and_scale(image);

        // Padding is black.
        out.fill(0);
        let channels = usize::from(image.color().channel_count());
        let row_length = image.width() as usize * channels;
        let (left, top) = (
            geometry.paste_offset.0 as usize,
            geometry.paste_offset.1 as usize,
        );
        for (channel, plane) in out.chunks_exact_mut(height * width).enumerate() {
            let lines = plane.chunks_exact_mut(width).skip(top);
            for (line, row) in lines.zip(image.as_bytes().chunks_exact(row_length)) {
                for (value, pixel) in line[left..].iter_mut().zip(row.chunks_exact(channels)) {
                    // The single channel of a grey image fills every plane.
                    *value = pixel[channel % channels];
                }
            }
        }
    }

    /// Bytes that [`Transform::apply`] allocates for an image of size `from`, (width, height), beside the image and one copy of it.
    pub(crate) fn scratch_bytes(&self, from: (u32, u32)) -> u64 {
        self.geometry(from).scratch_bytes()
    }

    /// The text that identifies the transform in the fingerprint of a streamed folder. Checkpoints store that fingerprint, so the text never changes.
    pub(crate) fn identity(&self) -> String {
        let Self {
            shape,
            resize,
            background,
        } = self;
        format!("Fit {{ shape: {shape:?}, resize: {resize:?}, background: {background:?} }}")
    }

    fn geometry(&self, from: (u32, u32)) -> Geometry {
        let to = (side(self.shape.width), side(self.shape.height));
        Geometry::new(self.resize, from, to)
    }

    /// An 8-bit grey or RGB image without transparency; grey if the image or the shape has one channel.
    fn flatten(&self, image: DynamicImage) -> DynamicImage {
        if !image.color().has_color() && !image.color().has_alpha() {
            return image.into_luma8().into();
        }
        let image = DynamicImage::from(composite(image, self.background));
        match self.shape.channels {
            1 => image.into_luma8().into(),
            _ => image,
        }
    }
}

/// Composites an image over a background: the source-over operator, exactly rounded on 8-bit values.
fn composite(image: DynamicImage, background: [u8; 3]) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let image = image.into_rgba8();
    let mut opaque = RgbImage::new(image.width(), image.height());
    for (out, pixel) in opaque.pixels_mut().zip(image.pixels()) {
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
    opaque
}

/// A grey image from raw bytes, row by row; `None` if there are too few.
pub(crate) fn grey_image(width: usize, height: usize, bytes: &[u8]) -> Option<GrayImage> {
    ImageBuffer::<Luma<u8>, _>::from_raw(side(width), side(height), bytes.to_vec())
}

/// A height or width as the integer type of the `image` crate.
pub(crate) fn side(pixels: usize) -> u32 {
    // Options limit a side to 8192, and headers store it in 32 bits.
    u32::try_from(pixels).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use image::{GrayAlphaImage, LumaA, Rgba, RgbaImage};

    use super::*;

    fn transform(channels: usize, height: usize, width: usize, resize: Resize) -> Transform {
        Transform {
            shape: ImageShape {
                channels,
                height,
                width,
            },
            resize,
            background: [255; 3],
        }
    }

    fn applied(transform: &Transform, image: impl Into<DynamicImage>) -> Vec<u8> {
        let mut out = vec![7; transform.shape.values()];
        transform.apply(image.into(), &mut out);
        out
    }

    #[test]
    fn padding_centres_the_image_on_black() {
        let image = GrayImage::from_raw(2, 2, vec![1, 2, 3, 4]).unwrap();
        assert_eq!(
            applied(&transform(1, 4, 4, Resize::Pad), image),
            [0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0]
        );
    }

    #[test]
    fn padding_reduces_large_images_without_distortion() {
        let image = GrayImage::from_pixel(8, 4, Luma([200]));
        let out = applied(&transform(1, 4, 4, Resize::Pad), image);
        assert_eq!(out[..4], [0; 4]);
        assert_eq!(out[4..12], [200; 8]);
        assert_eq!(out[12..], [0; 4]);
    }

    #[test]
    fn cropping_keeps_the_centre_and_cuts_only_the_longer_side() {
        // Four columns, of which the middle two are kept.
        let image = GrayImage::from_raw(4, 2, vec![9, 1, 2, 9, 9, 3, 4, 9]).unwrap();
        assert_eq!(
            applied(&transform(1, 2, 2, Resize::Crop), image),
            [1, 2, 3, 4]
        );
        let geometry = Geometry::new(Resize::Crop, (640, 480), (64, 64));
        assert_eq!(
            (geometry.crop_offset, geometry.crop_size),
            ((80, 0), (480, 480))
        );
        assert!(geometry.crops() && geometry.reduces() && !geometry.enlarges() && !geometry.pads());
        let geometry = Geometry::new(Resize::Crop, (30, 40), (32, 64));
        assert_eq!(
            (geometry.crop_offset, geometry.crop_size),
            ((5, 0), (20, 40))
        );
    }

    #[test]
    fn stretching_neither_crops_nor_pads() {
        let geometry = Geometry::new(Resize::Stretch, (640, 480), (64, 64));
        assert!(!geometry.crops() && !geometry.pads());
        let image = GrayImage::from_raw(2, 1, vec![10, 250]).unwrap();
        let out = applied(&transform(1, 2, 4, Resize::Stretch), image);
        assert!(out[0] < 60 && out[3] > 200, "{out:?}");
    }

    #[test]
    fn every_size_of_image_becomes_the_shape() {
        for resize in [Resize::Pad, Resize::Crop, Resize::Stretch] {
            for (width, height) in [(1, 1), (1, 500), (500, 1), (7, 3), (64, 63)] {
                let image = GrayImage::from_pixel(width, height, Luma([99]));
                let out = applied(&transform(1, 16, 8, resize), image);
                // A constant image stays constant outside the padding.
                assert!(out.iter().all(|value| [0, 99].contains(value)), "{out:?}");
                assert!(out.contains(&99));
            }
        }
    }

    #[test]
    fn channels_become_planes_and_grey_fills_all_three() {
        let image = RgbImage::from_raw(2, 1, vec![1, 2, 3, 4, 5, 6]).unwrap();
        assert_eq!(
            applied(&transform(3, 1, 2, Resize::Crop), image),
            [1, 4, 2, 5, 3, 6]
        );
        let image = GrayImage::from_raw(2, 1, vec![8, 9]).unwrap();
        assert_eq!(
            applied(&transform(3, 1, 2, Resize::Crop), image),
            [8, 9, 8, 9, 8, 9]
        );
    }

    #[test]
    fn colour_becomes_grey_by_the_luma_weights() {
        let image = RgbImage::from_raw(3, 1, vec![255, 0, 0, 0, 255, 0, 50, 50, 50]).unwrap();
        assert_eq!(
            applied(&transform(1, 1, 3, Resize::Crop), image),
            [54, 182, 50]
        );
    }

    #[test]
    fn transparency_is_composited_before_resizing() {
        let pixels = [[0, 0, 0, 0], [0, 0, 0, 255], [0, 0, 0, 128]].concat();
        let image = RgbaImage::from_raw(3, 1, pixels).unwrap();
        let on = |background| Transform {
            background,
            ..transform(3, 1, 3, Resize::Crop)
        };
        assert_eq!(
            applied(&on([255, 100, 0]), image.clone()),
            [255, 0, 127, 100, 0, 50, 0, 0, 0]
        );
        // Colour under full transparency must not leak into neighbouring pixels when scaled.
        let hidden = RgbaImage::from_pixel(8, 8, Rgba([255, 0, 0, 0]));
        let out = applied(&transform(3, 4, 4, Resize::Crop), hidden);
        assert!(out.iter().all(|&value| value == 255));

        let grey = GrayAlphaImage::from_pixel(1, 1, LumaA([0, 0]));
        assert_eq!(applied(&transform(1, 1, 1, Resize::Crop), grey), [255]);
    }
}
