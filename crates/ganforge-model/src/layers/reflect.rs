//! Padding by reflection.

use burn::tensor::Tensor;

/// Pads images by `pad` pixels on each side, which mirror those within; the border itself is not repeated.
///
/// ```
/// use ganforge_model::burn::tensor::{Device, Tensor};
/// use ganforge_model::layers::reflect;
///
/// let row = Tensor::<1>::from_floats([1.0, 2.0, 3.0], &Device::flex());
/// let images = row.reshape([1, 1, 1, 3]).repeat_dim(2, 3);
/// let padded = reflect(images, 2).narrow(2, 0, 1);
/// assert_eq!(padded.into_data().to_vec::<f32>().unwrap(), [3.0, 2.0, 1.0, 2.0, 3.0, 2.0, 1.0]);
/// ```
///
/// # Shapes
/// - `[batch, channels, height, width]` to `[batch, channels, height + 2·pad, width + 2·pad]`
///
/// # Panics
/// If a side of the images is not longer than `pad`.
#[must_use]
pub fn reflect(images: Tensor<4>, pad: usize) -> Tensor<4> {
    if pad == 0 {
        return images;
    }
    [2, 3].into_iter().fold(images, |images, side| {
        let size = images.dims()[side];
        let mirrored = |start| images.clone().narrow(side, start, pad).flip([side]);
        let [before, after] = [mirrored(1), mirrored(size - 1 - pad)];
        Tensor::cat(vec![before, images.clone(), after], side)
    })
}
