//! The preprocessing of pytorch-fid.

use burn::tensor::ops::{InterpolateMode, InterpolateOptions};
use burn::tensor::{Tensor, module};

/// Height and width of the network's input.
pub(super) const SIDE: usize = 299;

/// Quantizes images to 8 bits, repeats grey to RGB and resizes to 299×299: bilinear, `align_corners = false`, without antialiasing.
///
/// # Shapes
/// - `images`: `[batch, 1 or 3, height, width]`; values beyond [-1, 1] are clamped
/// - output: `[batch, 3, 299, 299]`, in [-1, 1]
pub(super) fn preprocess(images: Tensor<4>) -> Tensor<4> {
    let [_, channels, height, width] = images.dims();
    let images = quantize(images);
    let images = if channels == 1 {
        images.repeat_dim(1, 3)
    } else {
        images
    };
    if [height, width] == [SIDE; 2] {
        return images;
    }
    let options = InterpolateOptions::new(InterpolateMode::Bilinear)
        .with_output_size([SIDE; 2])
        .with_align_corners(false);
    module::interpolate(images, options)
}

/// Rounds values to the 256 levels of an 8-bit file, because published figures are computed from files.
pub(super) fn quantize(images: Tensor<4>) -> Tensor<4> {
    let levels = ((images + 1.0) * 127.5 + 0.5).floor().clamp(0.0, 255.0);
    levels / 127.5 - 1.0
}
