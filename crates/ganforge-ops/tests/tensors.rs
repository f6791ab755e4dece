//! Convolutions of tensors agree with Burn's own on the CPU backend, forward and backward.

use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Device, Gradients, Tensor, TensorData, activation, module};
use ganforge_ops::{ConvShape, conv_transpose2d, conv2d, convolve};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The largest difference allowed, relative to the largest element.
const TOLERANCE: f32 = 1e-5;

#[derive(Debug)]
struct Case {
    batch: usize,
    channels: [usize; 2],
    size: [usize; 2],
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
}

const fn case(
    batch: usize,
    channels: [usize; 2],
    size: [usize; 2],
    [kernel, stride, padding]: [usize; 3],
) -> Case {
    Case {
        batch,
        channels,
        size,
        kernel: [kernel; 2],
        stride: [stride; 2],
        padding: [padding; 2],
    }
}

const CASES: [Case; 11] = [
    case(16, [32, 64], [16, 16], [4, 2, 1]),
    case(9, [64, 128], [8, 8], [4, 2, 1]),
    case(4, [3, 32], [32, 32], [4, 2, 1]),
    case(4, [16, 1], [16, 16], [4, 2, 1]),
    case(1, [8, 8], [6, 10], [4, 2, 1]),
    case(3, [8, 12], [9, 7], [3, 1, 1]),
    case(5, [24, 24], [8, 8], [3, 1, 1]),
    case(2, [17, 5], [7, 5], [1, 1, 0]),
    case(1, [2, 3], [5, 5], [3, 2, 0]),
    case(1, [1, 1], [1, 1], [1, 1, 0]),
    Case {
        batch: 2,
        channels: [3, 4],
        size: [6, 9],
        kernel: [2, 3],
        stride: [1, 2],
        padding: [0, 1],
    },
];

type Convolution = fn(Tensor<4>, Tensor<4>, Option<Tensor<1>>, ConvOptions<2>) -> Tensor<4>;
type Transposed = fn(Tensor<4>, Tensor<4>, Option<Tensor<1>>, ConvTransposeOptions<2>) -> Tensor<4>;

const BURNS: Convolution =
    |input, weight, bias, options| module::conv2d(input, weight, bias, options);

/// Output, then the gradients with respect to input, weight and bias, of a loss that weighs every output differently.
type Passes = [TensorData; 4];

impl Case {
    fn convolution(&self, convolve: Convolution, device: &Device) -> Passes {
        let options = ConvOptions::new(self.stride, self.padding, [1, 1], 1);
        let [inputs, outputs] = self.channels;
        self.passes([outputs, inputs], device, |input, weight, bias| {
            convolve(input, weight, Some(bias), options)
        })
    }

    fn transposed(&self, convolve: Transposed, device: &Device) -> Passes {
        let output_padding = self.stride.map(|stride| stride - 1);
        let options =
            ConvTransposeOptions::new(self.stride, self.padding, output_padding, [1, 1], 1);
        self.passes(self.channels, device, |input, weight, bias| {
            convolve(input, weight, Some(bias), options)
        })
    }

    fn passes(
        &self,
        weight: [usize; 2],
        device: &Device,
        layer: impl FnOnce(Tensor<4>, Tensor<4>, Tensor<1>) -> Tensor<4>,
    ) -> Passes {
        let ([inputs, outputs], [height, width], [tall, wide]) =
            (self.channels, self.size, self.kernel);
        let input = noise([self.batch, inputs, height, width], 1, device).require_grad();
        let weight = noise([weight[0], weight[1], tall, wide], 2, device).require_grad();
        let bias = noise([outputs], 3, device).require_grad();
        // An operation that is cheap to recompute, so that checkpointing has an effect.
        let output = layer(
            activation::relu(input.clone()),
            weight.clone(),
            bias.clone(),
        );
        let gradients = backward(output.clone());
        let input_gradient = input.grad(&gradients).expect("the input gradient");
        let weight_gradient = weight.grad(&gradients).expect("the weight gradient");
        let bias_gradient = bias.grad(&gradients).expect("the bias gradient");
        [
            output.into_data(),
            input_gradient.into_data(),
            weight_gradient.into_data(),
            bias_gradient.into_data(),
        ]
    }
}

fn device() -> Device {
    Device::flex().autodiff()
}

fn noise<const D: usize>(shape: [usize; D], seed: u64, device: &Device) -> Tensor<D> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let numbers: Vec<f32> = (0..shape.iter().product())
        .map(|_| random.random_range(-1.0..1.0))
        .collect();
    Tensor::from_data(TensorData::new(numbers, shape), device)
}

fn backward(output: Tensor<4>) -> Gradients {
    let weights = noise(output.dims(), 4, &output.device());
    (output * weights).sum().backward()
}

#[track_caller]
fn assert_close(what: &str, actual: &[TensorData], expected: &[TensorData]) {
    for (pass, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        assert_eq!(actual.shape(), expected.shape(), "{what}, pass {pass}");
        let (actual, expected) = (numbers(actual), numbers(expected));
        let scale = expected.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        for (actual, expected) in actual.iter().zip(&expected) {
            assert!(
                (actual - expected).abs() <= TOLERANCE * scale,
                "{what}, pass {pass}: {actual} for {expected}, with a largest of {scale}"
            );
        }
    }
}

fn numbers(data: &TensorData) -> Vec<f32> {
    data.try_to_vec().expect("32-bit floats")
}

#[test]
fn every_pass_of_a_convolution_agrees_with_burn() {
    for case in &CASES {
        let what = format!("{case:?}");
        assert_close(
            &what,
            &case.convolution(conv2d, &device()),
            &case.convolution(BURNS, &device()),
        );
    }
}

#[test]
fn every_pass_of_a_transposed_convolution_agrees_with_burn() {
    for case in &CASES {
        let what = format!("{case:?}, transposed");
        assert_close(
            &what,
            &case.transposed(conv_transpose2d, &device()),
            &case.transposed(module::conv_transpose2d, &device()),
        );
    }
}

#[test]
fn recomputed_inputs_give_the_same_gradients() {
    let recomputing = device().gradient_checkpointing();
    for case in &CASES {
        let convolved = case.convolution(conv2d, &recomputing);
        assert_eq!(convolved, case.convolution(conv2d, &device()));
        let transposed = case.transposed(conv_transpose2d, &recomputing);
        assert_eq!(transposed, case.transposed(conv_transpose2d, &device()));
    }
}

#[test]
fn repeated_passes_are_bitwise_equal() {
    for case in &CASES {
        let first = case.convolution(conv2d, &device());
        assert_eq!(first, case.convolution(conv2d, &device()));
    }
}

#[test]
fn without_gradients_the_output_is_the_same() {
    let device = Device::flex();
    let options = || ConvOptions::new([2, 2], [1, 1], [1, 1], 1);
    let [input, weight] = [[2, 8, 8, 8], [16, 8, 4, 4]].map(|shape| noise(shape, 1, &device));
    let ours = conv2d(input.clone(), weight.clone(), None, options());
    let burns = module::conv2d(input, weight, None, options());
    assert_close("inference", &[ours.into_data()], &[burns.into_data()]);
}

#[test]
fn supported_calls_use_the_kernels_of_this_crate() {
    let device = Device::flex();
    let (input, weight) = (
        noise([2, 8, 8, 8], 1, &device),
        noise([16, 8, 4, 4], 2, &device),
    );
    let shape = ConvShape::new(2, [8, 16], [8, 8], [4, 4], [2, 2], [1, 1]).unwrap();
    let mut expected = vec![0.0; shape.output_len()];
    let numbers_of = |tensor: &Tensor<4>| numbers(&tensor.to_data());
    convolve(
        &shape,
        &numbers_of(&input),
        &numbers_of(&weight),
        &mut expected,
    );
    let options = || ConvOptions::new([2, 2], [1, 1], [1, 1], 1);
    let ours = conv2d(input.clone(), weight.clone(), None, options());
    assert_eq!(numbers_of(&ours), expected);
    // Burn sums in another order, so the two can be distinguished.
    assert_ne!(
        numbers_of(&module::conv2d(input, weight, None, options())),
        expected
    );
}

#[test]
fn only_tracked_tensors_receive_gradients() {
    let options = || ConvOptions::new([2, 2], [1, 1], [1, 1], 1);
    let input = noise([2, 8, 8, 8], 1, &device());
    let weight = noise([16, 8, 4, 4], 2, &device());
    let bias = noise([16], 3, &device());

    let tracked = input.clone().require_grad();
    let output = conv2d(
        tracked.clone(),
        weight.clone(),
        Some(bias.clone()),
        options(),
    );
    let gradients = backward(output);
    assert!(tracked.grad(&gradients).is_some());
    assert!(weight.grad(&gradients).is_none());
    assert!(bias.grad(&gradients).is_none());

    let tracked = weight.require_grad();
    let output = conv2d(input.clone(), tracked.clone(), Some(bias), options());
    let gradients = backward(output);
    assert!(tracked.grad(&gradients).is_some());
    assert!(input.grad(&gradients).is_none());
}

#[test]
fn views_are_convolved_correctly() {
    let device = Device::flex();
    let options = || ConvOptions::new([1, 1], [1, 1], [1, 1], 1);
    let weight = noise([4, 3, 3, 3], 2, &device);
    let images = noise([4, 3, 6, 8], 1, &device);
    let transposed = images.clone().swap_dims(2, 3);
    let offset = images.clone().narrow(0, 1, 2);
    let narrowed = images.narrow(3, 2, 5);
    for view in [transposed, offset, narrowed] {
        let ours = conv2d(view.clone(), weight.clone(), None, options());
        let burns = module::conv2d(view, weight.clone(), None, options());
        assert_close("a view", &[ours.into_data()], &[burns.into_data()]);
    }
}

#[test]
fn unsupported_options_are_passed_to_burn() {
    let device = device();
    let input = noise([2, 4, 9, 9], 1, &device);
    let dilated = ConvOptions::new([1, 1], [0, 0], [2, 2], 1);
    let grouped = ConvOptions::new([1, 1], [1, 1], [1, 1], 2);
    let asymmetric = ConvOptions::new_with_padding([2, 2], [(0, 1), (0, 1)], [1, 1], 1);
    for (inputs, options) in [(4, dilated), (2, grouped), (4, asymmetric)] {
        let weight = noise([6, inputs, 3, 3], 2, &device);
        let ours = conv2d(input.clone(), weight.clone(), None, options.clone());
        let burns = module::conv2d(input.clone(), weight, None, options);
        assert_eq!(ours.into_data(), burns.into_data());
    }
}

#[test]
#[should_panic(expected = "conv2d")]
fn mismatched_channels_panic() {
    let device = device();
    let (input, weight) = (
        noise([1, 4, 5, 5], 1, &device),
        noise([2, 3, 3, 3], 2, &device),
    );
    let _ = conv2d(
        input,
        weight,
        None,
        ConvOptions::new([1, 1], [0, 0], [1, 1], 1),
    );
}
