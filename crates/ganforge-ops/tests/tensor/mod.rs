//! Random tensors and comparison of results.

use burn::tensor::{Device, Gradients, Tensor, TensorData};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The largest difference allowed, relative to the largest element.
const TOLERANCE: f64 = 1e-5;

pub fn device() -> Device {
    Device::flex().autodiff()
}

/// Uniform numbers in [-1, 1).
pub fn noise<const D: usize>(shape: [usize; D], seed: u64, device: &Device) -> Tensor<D> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let numbers: Vec<f32> = (0..shape.iter().product())
        .map(|_| random.random_range(-1.0..1.0))
        .collect();
    Tensor::from_data(TensorData::new(numbers, shape), device)
}

/// Gradients of a loss that weighs every output differently.
pub fn backward<const D: usize>(output: Tensor<D>) -> Gradients {
    let weights = noise(output.dims(), 4, &output.device());
    (output * weights).sum().backward()
}

#[track_caller]
pub fn assert_close<A: Into<f64> + Copy, E: Into<f64> + Copy>(
    what: &str,
    actual: &[Vec<A>],
    expected: &[Vec<E>],
) {
    for (part, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        assert_eq!(actual.len(), expected.len(), "{what}, part {part}");
        let expected: Vec<f64> = expected.iter().map(|&number| number.into()).collect();
        let scale = expected.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        for (actual, expected) in actual.iter().zip(&expected) {
            let actual: f64 = (*actual).into();
            assert!(
                (actual - expected).abs() <= TOLERANCE * scale,
                "{what}, part {part}: {actual} for {expected}, with a largest of {scale}"
            );
        }
    }
}

pub fn numbers(data: &TensorData) -> Vec<f32> {
    data.try_to_vec().expect("32-bit floats")
}
