//! Half and twice the size through a low-pass filter, so that little is folded over (Zhang 2019, "Making Convolutional
//! Networks Shift-Invariant Again").

use burn::tensor::ops::ConvTransposeOptions;
use burn::tensor::{Device, Tensor, module};

/// The taps of `[1, 2, 1] * [1, 1]`. Of even size, they lie evenly around the middle of the two pixels that become one.
const TAPS: [f32; 4] = [1.0, 3.0, 3.0, 1.0];

/// The kernel of sum 1 by which [`Traced::filter`](super::Traced::filter) halves height and width.
///
/// # Shapes
/// - output: `[1, 1, 4, 4]`
#[must_use]
pub fn low_pass(device: &Device) -> Tensor<4> {
    let sum: f32 = TAPS.iter().sum();
    let rows = TAPS.map(|down| TAPS.map(|across| down * across / (sum * sum)));
    Tensor::<2>::from_data(rows, device).reshape([1, 1, TAPS.len(), TAPS.len()])
}

/// Doubles height and width: four times the transpose of halving by the same kernel, so that areas keep their level.
///
/// Beyond the edge lie zeros, in both directions.
///
/// # Shapes
/// - `kernel`: `[1, 1, 4, 4]`, the [`low_pass`]
/// - `[batch, channels, height, width]` to `[batch, channels, 2·height, 2·width]`
#[must_use]
pub fn upsample(images: Tensor<4>, kernel: Tensor<4>) -> Tensor<4> {
    let [batch, channels, height, width] = images.dims();
    // Channel by channel is image by image with one channel.
    let rows = images.reshape([batch * channels, 1, height, width]);
    let options = ConvTransposeOptions::new([2, 2], [1, 1], [0, 0], [1, 1], 1);
    module::conv_transpose2d(rows, kernel * 4.0, None, options).reshape([
        batch,
        channels,
        2 * height,
        2 * width,
    ])
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

    fn halve(images: Tensor<4>) -> Tensor<4> {
        Traced::<4, 4>::new(images)
            .filter(low_pass(&Device::flex()), 2)
            .value()
    }

    #[test]
    fn doubling_is_four_times_the_transpose_of_halving() {
        let (large, small) = (images(8, 12), images(4, 6));
        let there = sum(halve(large.clone()) * small.clone());
        let back = sum(large * upsample(small, low_pass(&Device::flex())));
        assert!(
            (4.0 * there - back).abs() < 1e-4 * back.abs(),
            "{there}, {back}"
        );
    }

    #[test]
    fn away_from_the_edges_a_ramp_stays_a_ramp() {
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
        // Pixel x of the small image has its centre where 2·x + 1/2 is in the large one.
        assert_eq!(inner(halve(ramp(16)), 3), [2.5, 4.5, 6.5, 8.5, 10.5, 12.5]);
        let doubled = upsample(ramp(4), low_pass(&Device::flex()));
        assert_eq!(inner(doubled, 3), [0.25, 0.75, 1.25, 1.75, 2.25, 2.75]);
    }
}
