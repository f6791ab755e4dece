//! Resampling by a factor of 2: with a low-pass filter against aliasing (Zhang 2019, "Making Convolutional Networks
//! Shift-Invariant Again"), and bilinear.

use burn::tensor::ops::ConvTransposeOptions;
use burn::tensor::{Device, Tensor, module};

/// The convolution of `[1, 2, 1]` and `[1, 1]`. Its even length centres it between two pixels.
const TAPS: [f32; 4] = [1.0, 3.0, 3.0, 1.0];

/// The low-pass kernel, of sum 1, with which [`Traced::filter`](super::Traced::filter) downsamples by 2.
///
/// # Shapes
/// - output: `[1, 1, 4, 4]`
#[must_use]
pub fn low_pass(device: &Device) -> Tensor<4> {
    let sum: f32 = TAPS.iter().sum();
    let rows = TAPS.map(|down| TAPS.map(|across| down * across / (sum * sum)));
    Tensor::<2>::from_data(rows, device).reshape([1, 1, TAPS.len(), TAPS.len()])
}

/// Upsamples by 2: the transpose of downsampling by the same kernel, times 4 to preserve brightness. Images are padded with
/// zeros.
///
/// # Shapes
/// - `kernel`: `[1, 1, 4, 4]`, the [`low_pass`]
/// - `[batch, channels, height, width]` to `[batch, channels, 2·height, 2·width]`
#[must_use]
pub fn upsample(images: Tensor<4>, kernel: Tensor<4>) -> Tensor<4> {
    let [batch, channels, height, width] = images.dims();
    // Depthwise: each channel becomes an image of one channel.
    let rows = images.reshape([batch * channels, 1, height, width]);
    let options = ConvTransposeOptions::new([2, 2], [1, 1], [0, 0], [1, 1], 1);
    module::conv_transpose2d(rows, kernel * 4.0, None, options).reshape([
        batch,
        channels,
        2 * height,
        2 * width,
    ])
}

/// Upsamples by 2, bilinear: an output pixel is 3/4 of the nearest pixel and 1/4 of the next, along each side. Pixels at the
/// border are repeated, so that an image of one colour stays one.
///
/// # Shapes
/// - `[batch, channels, height, width]` to `[batch, channels, 2·height, 2·width]`
#[must_use]
pub fn upsample_bilinear(images: Tensor<4>) -> Tensor<4> {
    double(double(images, 2), 3)
}

/// Doubles one side.
fn double(images: Tensor<4>, side: usize) -> Tensor<4> {
    let mut shape = images.dims();
    let count = shape[side];
    let part = |start, length| images.clone().narrow(side, start, length);
    let [before, after] = if count == 1 {
        [images.clone(), images.clone()]
    } else {
        let before = vec![part(0, 1), part(0, count - 1)];
        let after = vec![part(1, count - 1), part(count - 1, 1)];
        [before, after].map(|parts| Tensor::cat(parts, side))
    };
    let near = images * 0.75;
    let even: Tensor<5> = (near.clone() + before * 0.25).unsqueeze_dim(side + 1);
    let odd: Tensor<5> = (near + after * 0.25).unsqueeze_dim(side + 1);
    shape[side] = 2 * count;
    Tensor::cat(vec![even, odd], side + 1).reshape(shape)
}

#[cfg(test)]
mod tests {
    use burn::tensor::TensorData;

    use super::*;
    use crate::layers::Traced;

    fn images(height: usize, width: usize) -> Tensor<4> {
        let count = 2 * 3 * height * width;
        let numbers: Vec<f32> = (0..count)
            .map(|at| ((at * 37) % 101) as f32 / 50.0 - 1.0)
            .collect();
        Tensor::from_data(
            TensorData::new(numbers, [2, 3, height, width]),
            &Device::flex(),
        )
    }

    fn sum(tensor: Tensor<4>) -> f64 {
        tensor.into_data().iter::<f64>().sum()
    }

    fn downsample(images: Tensor<4>) -> Tensor<4> {
        Traced::<4, 4>::new(images)
            .filter(low_pass(&Device::flex()), 2)
            .value()
    }

    #[test]
    fn upsampling_is_four_times_the_transpose_of_downsampling() {
        let (large, small) = (images(8, 12), images(4, 6));
        let down = sum(downsample(large.clone()) * small.clone());
        let up = sum(large * upsample(small, low_pass(&Device::flex())));
        assert!((4.0 * down - up).abs() < 1e-4 * up.abs(), "{down}, {up}");
    }

    #[test]
    fn bilinear_upsampling_repeats_the_border_and_keeps_a_colour() {
        let device = Device::flex();
        let image = Tensor::<1>::from_data([0.0, 4.0, 8.0], &device).reshape([1, 1, 1, 3]);
        let rows: Vec<f32> = upsample_bilinear(image).into_data().try_to_vec().unwrap();
        let row = [0.0, 1.0, 3.0, 5.0, 7.0, 8.0];
        assert_eq!(rows, [row, row].concat());
        let one_colour = upsample_bilinear(Tensor::<4>::ones([2, 3, 5, 1], &device));
        assert_eq!(one_colour.dims(), [2, 3, 10, 2]);
        assert!((sum(one_colour) - 120.0).abs() < 1e-4);
    }

    #[test]
    fn a_ramp_is_resampled_exactly_inside_the_image() {
        let ramp = |size: usize| {
            let ramp: Tensor<1> =
                Tensor::arange(0..i64::try_from(size).unwrap(), &Device::flex()).float();
            ramp.reshape([1, 1, 1, size]).expand([1, 1, size, size])
        };
        let inner = |images: Tensor<4>, row: usize| -> Vec<f32> {
            images
                .slice([0..1, 0..1, row..row + 1, 1..7])
                .into_data()
                .try_to_vec()
                .unwrap()
        };
        // Pixel x of the small image is centred at 2·x + 1/2 in the large one.
        assert_eq!(
            inner(downsample(ramp(16)), 3),
            [2.5, 4.5, 6.5, 8.5, 10.5, 12.5]
        );
        let upsampled = upsample(ramp(4), low_pass(&Device::flex()));
        assert_eq!(inner(upsampled, 3), [0.25, 0.75, 1.25, 1.75, 2.25, 2.75]);
    }
}
