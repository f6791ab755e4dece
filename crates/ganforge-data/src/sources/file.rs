//! One image file.

use std::path::Path;

use ganforge_core::ImageShape;

use super::folder::{resize_method, size_limit};
use crate::decode::decode_into;
use crate::error::DataError;
use crate::options::DataOptions;
use crate::storage::to_floats;
use crate::transform::Transform;

/// Reads an image file (PNG, JPEG, WebP, BMP or GIF) as the images of a folder are: turned upright, composited on the background and resized to `shape`; pixels
/// `[channels, height, width]` in [-1, 1]. Of the options, `resize`, `background` and `max_pixels` count.
///
/// ```
/// use ganforge_data::{DataOptions, ImageShape, read_image};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("white.png");
/// # image::GrayImage::from_pixel(20, 10, image::Luma([255])).save(&path)?;
/// let shape = ImageShape { channels: 1, height: 8, width: 8 };
/// let pixels = read_image(&path, shape, &DataOptions::new())?;
/// assert_eq!(pixels, [1.0; 64]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`DataError::Unreadable`] if the file cannot be read or decoded, or has more than `max_pixels` pixels.
pub fn read_image(
    path: &Path,
    shape: ImageShape,
    options: &DataOptions,
) -> Result<Vec<f32>, DataError> {
    let transform = Transform {
        shape,
        resize: resize_method(options),
        background: options.background,
    };
    let mut bytes = vec![0; shape.values()];
    decode_into(path, size_limit(options), &transform, &mut bytes)
        .map_err(DataError::Unreadable)?;
    let mut pixels = vec![0.0; bytes.len()];
    to_floats(&bytes, u8::MAX, &mut pixels);
    Ok(pixels)
}
