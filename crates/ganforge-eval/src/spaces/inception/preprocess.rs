//! What the network is shown of an image: what pytorch-fid shows it of a file.

use burn::tensor::ops::{InterpolateMode, InterpolateOptions};
use burn::tensor::{Tensor, module};

/// Height and width of what the network is shown.
pub(super) const SIDE: usize = 299;

/// Images in 8 bits, in colour, and stretched to 299×299: bilinearly, with the corners of the corner pixels aligned and not their centres, and
/// without smoothing where they shrink.
///
/// # Shapes
/// - `images`: `[batch, 1 or 3, height, width]`; beyond [-1, 1] they are cut off
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

/// Every number as the nearest of the 256 that a file can hold: published figures are those of files.
pub(super) fn quantize(images: Tensor<4>) -> Tensor<4> {
    let levels = ((images + 1.0) * 127.5 + 0.5).floor().clamp(0.0, 255.0);
    levels / 127.5 - 1.0
}
