//! Conversion of values in [-1, 1] to 8-bit pixels.

use ganforge_model::ImageShape;
use image::{DynamicImage, GrayImage, RgbImage};

use crate::error::InferError;
use crate::images::Images;

/// The 8-bit level of a value in [-1, 1]: `round((x + 1) · 127.5)`.
///
/// Values beyond the range are clamped, and NaN becomes 0.
///
/// ```
/// use ganforge_infer::pixel;
///
/// assert_eq!([-1.0, 0.0, 1.0, 7.0].map(pixel), [0, 128, 255, 255]);
/// ```
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates and maps NaN to 0, as documented"
)]
pub fn pixel(x: f32) -> u8 {
    ((x + 1.0) * 127.5).round() as u8
}

impl Images {
    /// Image `index` at its own size, grey or RGB; `None` if out of range.
    ///
    /// # Errors
    /// [`InferError::NoPicture`] for images that are neither grey nor RGB, such as points in the plane.
    pub fn picture(&self, index: usize) -> Result<Option<DynamicImage>, InferError> {
        let draw = |image| picture(image, self.spec());
        self.get(index).map(draw).transpose()
    }
}

/// Fails unless images of this shape are grey or RGB.
pub(crate) fn check_picture(image: ImageShape) -> Result<(), InferError> {
    match image.channels {
        1 | 3 => Ok(()),
        _ => Err(InferError::NoPicture { image }),
    }
}

/// An image `[channels, height, width]` at its own size.
pub(crate) fn picture(image: &[f32], spec: ImageShape) -> Result<DynamicImage, InferError> {
    let bytes = interleave(image, spec).map(pixel).collect();
    to_picture(bytes, spec.width, spec.height, spec)
}

/// Bytes `[height, width, channels]` as a picture, with the channels of `image`.
pub(crate) fn to_picture(
    bytes: Vec<u8>,
    width: usize,
    height: usize,
    image: ImageShape,
) -> Result<DynamicImage, InferError> {
    let picture = match (u32::try_from(width), u32::try_from(height)) {
        (Ok(width), Ok(height)) => match image.channels {
            1 => GrayImage::from_raw(width, height, bytes).map(DynamicImage::from),
            3 => RgbImage::from_raw(width, height, bytes).map(DynamicImage::from),
            _ => None,
        },
        _ => None,
    };
    picture.ok_or(InferError::NoPicture { image })
}

/// Values `[channels, height, width]` in the order `[height, width, channels]`.
fn interleave(image: &[f32], spec: ImageShape) -> impl Iterator<Item = f32> {
    let plane = spec.height * spec.width;
    (0..plane)
        .flat_map(move |at| (0..spec.channels).map(move |channel| image[channel * plane + at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_and_the_middle_of_the_range_have_known_levels() {
        assert_eq!([-1.0, 0.0, 1.0].map(pixel), [0, 128, 255]);
        assert_eq!([-2.0, 2.0].map(pixel), [0, 255]);
        assert_eq!([f32::NEG_INFINITY, f32::INFINITY].map(pixel), [0, 255]);
        assert_eq!(pixel(f32::NAN), 0);
    }

    #[test]
    fn every_level_round_trips() {
        for level in 0..=255 {
            assert_eq!(pixel(f32::from(level) / 127.5 - 1.0), level);
        }
    }

    #[test]
    fn channels_are_interleaved_per_pixel() {
        let spec = ImageShape {
            channels: 3,
            height: 1,
            width: 2,
        };
        let images = Images::new(spec, vec![1.0, -1.0, 0.0, 1.0, -1.0, 1.0]).unwrap();
        let picture = images.picture(0).unwrap().unwrap();
        assert_eq!(picture.as_bytes(), [255, 128, 0, 0, 255, 255]);
        assert!(images.picture(1).unwrap().is_none());
    }

    #[test]
    fn neither_grey_nor_rgb_is_refused() {
        let spec = ImageShape {
            channels: 2,
            height: 1,
            width: 1,
        };
        let error = Images::new(spec, vec![0.0; 2])
            .unwrap()
            .picture(0)
            .unwrap_err();
        assert!(error.to_string().contains("scatter plot"), "{error}");
    }
}
