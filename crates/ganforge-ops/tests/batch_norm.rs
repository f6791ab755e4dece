//! Batch normalisation with its rectifier agrees with its definition in double precision and with Burn's own.

mod tensor;

use burn::tensor::{Device, Tensor, TensorData, activation, module};
use ganforge_ops::{Rectifier, batch_norm, batch_norm_train};
use rayon::ThreadPoolBuilder;
use tensor::{assert_close, backward, device, noise, numbers};

const EPSILON: f64 = 1e-5;

const RECTIFIERS: [Rectifier; 3] = [Rectifier::Linear, Rectifier::Relu, Rectifier::Leaky(0.2)];

/// `[batch, channels, height, width]`: odd sizes, a batch of 1, one channel, vectors instead of images, planes larger than a block.
const SHAPES: [[usize; 4]; 9] = [
    [2, 1, 1, 3],
    [1, 3, 5, 7],
    [5, 4, 3, 2],
    [9, 17, 1, 1],
    [64, 300, 1, 1],
    [8, 33, 4, 4],
    [3, 5, 17, 31],
    [2, 2, 40, 33],
    [32, 64, 8, 8],
];

/// Images, scales and shifts.
struct Operands {
    shape: [usize; 4],
    input: Vec<f32>,
    gamma: Vec<f32>,
    beta: Vec<f32>,
}

impl Operands {
    /// Channels of different means and deviations, around `centre`.
    fn new(shape: [usize; 4], centre: f32) -> Self {
        let [batch, channels, height, width] = shape;
        let plane = height * width;
        let random = |len, seed| numbers(&noise([len], seed, &Device::flex()).into_data());
        let mut input = random(batch * channels * plane, 1);
        for (at, number) in input.iter_mut().enumerate() {
            let channel = (at / plane % channels) as f32;
            *number = *number * (1.0 + channel % 5.0) + centre + channel % 3.0;
        }
        Self {
            shape,
            input,
            gamma: random(channels, 2),
            beta: random(channels, 3),
        }
    }

    fn input(&self, device: &Device) -> Tensor<4> {
        Tensor::from_data(TensorData::new(self.input.clone(), self.shape), device)
    }

    fn per_channel(&self, numbers: &[f32], device: &Device) -> Tensor<1> {
        Tensor::from_data(TensorData::new(numbers.to_vec(), [self.shape[1]]), device)
    }

    /// Output, mean and variance, then the gradients with respect to input, scale and shift.
    fn passes(&self, layer: Layer, rectifier: Rectifier, device: &Device) -> [Vec<f32>; 6] {
        let input = self.input(device).require_grad();
        let gamma = self.per_channel(&self.gamma, device).require_grad();
        let beta = self.per_channel(&self.beta, device).require_grad();
        // An operation that is cheap to recompute, so that checkpointing has an effect.
        let again = input.clone() * 1.0;
        let [output, mean, variance] = layer(again, gamma.clone(), beta.clone(), rectifier);
        let gradients = backward(output.clone());
        [
            output.into_data(),
            mean.into_data(),
            variance.into_data(),
            input
                .grad(&gradients)
                .expect("the input gradient")
                .into_data(),
            gamma
                .grad(&gradients)
                .expect("the scale gradient")
                .into_data(),
            beta.grad(&gradients)
                .expect("the shift gradient")
                .into_data(),
        ]
        .map(|data| numbers(&data))
    }

    /// The definition: output, mean and variance.
    fn definition(
        &self,
        input: &[f64],
        gamma: &[f64],
        beta: &[f64],
        f: Rectifier,
    ) -> [Vec<f64>; 3] {
        let [batch, channels, height, width] = self.shape;
        let plane = height * width;
        let count = (batch * plane) as f64;
        let channel = |at: usize| at / plane % channels;
        let (mut mean, mut variance) = (vec![0.0; channels], vec![0.0; channels]);
        for (at, number) in input.iter().enumerate() {
            mean[channel(at)] += number / count;
        }
        for (at, number) in input.iter().enumerate() {
            variance[channel(at)] += (number - mean[channel(at)]).powi(2) / count;
        }
        let output = input.iter().enumerate().map(|(at, number)| {
            let channel = channel(at);
            let normalised = (number - mean[channel]) / (variance[channel] + EPSILON).sqrt();
            rectify(f, normalised * gamma[channel] + beta[channel])
        });
        [output.collect(), mean, variance]
    }
}

fn rectify(rectifier: Rectifier, number: f64) -> f64 {
    match rectifier {
        Rectifier::Linear => number,
        Rectifier::Relu => number.max(0.0),
        Rectifier::Leaky(slope) => number.max(number * f64::from(slope)),
    }
}

type Layer = fn(Tensor<4>, Tensor<1>, Tensor<1>, Rectifier) -> [Tensor<4>; 3];

/// Output, mean and variance, the latter two as `[1, 1, 1, channels]`.
const OURS: Layer = |input, gamma, beta, rectifier| {
    let result = batch_norm_train(input, gamma, beta, EPSILON, rectifier);
    [
        result.output,
        result.mean.unsqueeze(),
        result.variance.unsqueeze(),
    ]
};

const BURNS: Layer = |input, gamma, beta, rectifier| {
    let result = module::batch_norm_train(input, gamma, beta, EPSILON);
    let output = match rectifier {
        Rectifier::Linear => result.output,
        Rectifier::Relu => activation::relu(result.output),
        Rectifier::Leaky(slope) => activation::leaky_relu(result.output, f64::from(slope)),
    };
    [output, result.mean.unsqueeze(), result.variance.unsqueeze()]
};

fn wide(numbers: &[f32]) -> Vec<f64> {
    numbers.iter().copied().map(f64::from).collect()
}

#[test]
fn output_and_moments_agree_with_the_definition() {
    for shape in SHAPES {
        for centre in [0.0, 100.0] {
            let operands = Operands::new(shape, centre);
            for rectifier in RECTIFIERS {
                let actual = operands.passes(OURS, rectifier, &device());
                let [gamma, beta] = [&operands.gamma, &operands.beta].map(|numbers| wide(numbers));
                let expected =
                    operands.definition(&wide(&operands.input), &gamma, &beta, rectifier);
                let what = format!("{shape:?}, {rectifier:?}, about {centre}");
                assert_close(&what, &actual[..3], &expected);
            }
        }
    }
}

#[test]
fn gradients_agree_with_finite_differences() {
    const STEP: f64 = 1e-6;
    for shape in SHAPES {
        let operands = Operands::new(shape, 0.0);
        let len = operands.input.len();
        let weights = numbers(&noise(shape, 4, &Device::flex()).into_data());
        for rectifier in RECTIFIERS {
            let actual = operands.passes(OURS, rectifier, &device());
            let parts = [&operands.input, &operands.gamma, &operands.beta].map(|part| wide(part));
            let loss = |parts: &[Vec<f64>; 3]| -> f64 {
                let [output, ..] = operands.definition(&parts[0], &parts[1], &parts[2], rectifier);
                output
                    .iter()
                    .zip(&weights)
                    .map(|(y, w)| y * f64::from(*w))
                    .sum()
            };
            for part in 0..3 {
                let largest = actual[3 + part]
                    .iter()
                    .fold(0.0_f32, |most, x| most.max(x.abs()));
                for at in (0..parts[part].len()).step_by(1 + len / 23) {
                    let [above, below] = [STEP, -STEP].map(|step| {
                        let mut parts = parts.clone();
                        parts[part][at] += step;
                        loss(&parts)
                    });
                    let expected = (above - below) / (2.0 * STEP);
                    let actual = f64::from(actual[3 + part][at]);
                    assert!(
                        (actual - expected).abs() <= 1e-5 * f64::from(largest) + 1e-7,
                        "{shape:?}, {rectifier:?}, part {part} at {at}: {actual} for {expected}"
                    );
                }
            }
        }
    }
}

#[test]
fn every_pass_agrees_with_burn() {
    for shape in SHAPES {
        let operands = Operands::new(shape, 0.0);
        for rectifier in RECTIFIERS {
            let what = format!("{shape:?}, {rectifier:?}");
            let expected = operands.passes(BURNS, rectifier, &device());
            assert_close(
                &what,
                &operands.passes(OURS, rectifier, &device()),
                &expected,
            );
        }
    }
}

#[test]
fn recomputed_inputs_give_the_same_gradients() {
    let recomputing = device().gradient_checkpointing();
    for shape in SHAPES {
        let operands = Operands::new(shape, 0.0);
        let actual = operands.passes(OURS, Rectifier::Relu, &recomputing);
        assert_eq!(actual, operands.passes(OURS, Rectifier::Relu, &device()));
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    for shape in SHAPES {
        let operands = Operands::new(shape, 0.0);
        let with = |threads| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build();
            let run = || operands.passes(OURS, Rectifier::Leaky(0.2), &device());
            pool.expect("threads").install(run)
        };
        let one = with(1);
        assert_eq!(one, with(2));
        assert_eq!(one, with(5));
    }
}

#[test]
fn inference_with_given_moments_agrees_with_burn() {
    let device = Device::flex();
    for shape in SHAPES {
        let operands = Operands::new(shape, 3.0);
        let [_, channels, ..] = shape;
        let tensors = || {
            let [gamma, beta] =
                [&operands.gamma, &operands.beta].map(|part| operands.per_channel(part, &device));
            let mean = noise([channels], 5, &device) + 3.0;
            [gamma, beta, mean, noise([channels], 6, &device) + 1.5]
        };
        for rectifier in RECTIFIERS {
            let [gamma, beta, mean, variance] = tensors();
            let input = operands.input(&device);
            let burns = module::batch_norm(input.clone(), gamma, beta, mean, variance, EPSILON);
            let expected = match rectifier {
                Rectifier::Linear => burns,
                Rectifier::Relu => activation::relu(burns),
                Rectifier::Leaky(slope) => activation::leaky_relu(burns, f64::from(slope)),
            };
            let shared = batch_norm(input.clone(), tensors(), EPSILON, rectifier);
            // The input is still shared in the first call; in the second its memory is reused for the output.
            let owned = batch_norm(input, tensors(), EPSILON, rectifier);
            let results = [shared, owned].map(|output| numbers(&output.into_data()));
            let expected = numbers(&expected.into_data());
            let what = format!("{shape:?}, {rectifier:?}");
            assert_close(&what, &results, &[expected.clone(), expected]);
        }
    }
}

/// A frozen layer propagates gradients, computed by Burn.
#[test]
fn inference_with_given_moments_propagates_gradients() {
    let operands = Operands::new([4, 3, 2, 2], 0.0);
    let input = operands.input(&device()).require_grad();
    let [gamma, beta] =
        [&operands.gamma, &operands.beta].map(|part| operands.per_channel(part, &device()));
    let moments = [Tensor::zeros([3], &device()), Tensor::ones([3], &device())];
    let [mean, variance] = moments;
    let per_channel = [gamma.clone(), beta, mean, variance];
    let output = batch_norm(input.clone(), per_channel, 0.0, Rectifier::Linear);
    let gradients = backward(output);
    let expected =
        noise::<4>([4, 3, 2, 2], 4, &Device::flex()) * gamma.inner().reshape([1, 3, 1, 1]);
    let actual = input.grad(&gradients).expect("the input gradient");
    let [actual, expected] = [actual, expected].map(|tensor| vec![numbers(&tensor.into_data())]);
    assert_close("frozen", &actual, &expected);
}

#[test]
#[expect(clippy::float_cmp, reason = "infinities are equal to themselves")]
fn a_non_finite_value_affects_only_its_channel() {
    let shape = [3, 4, 5, 3];
    for planted in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        // In the first image, which provides the origin of the sums, and in another.
        for at in [2 * 15, 60 + 2 * 15 + 4] {
            let mut operands = Operands::new(shape, 0.0);
            operands.input[at] = planted;
            for rectifier in RECTIFIERS {
                let ours = operands.passes(OURS, rectifier, &device());
                let burns = operands.passes(BURNS, rectifier, &device());
                for (part, (ours, burns)) in ours.iter().zip(&burns).enumerate() {
                    for (ours, burns) in ours.iter().zip(burns) {
                        let same = ours.is_nan() == burns.is_nan()
                            && (ours.is_finite() || burns.is_nan() || ours == burns);
                        assert!(
                            same,
                            "{planted}, {rectifier:?}, part {part}: {ours}, {burns}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_constant_channel_becomes_its_shift() {
    let mut operands = Operands::new([4, 2, 3, 3], 0.0);
    operands.input.fill(12_345.678);
    let [output, mean, variance, ..] = operands.passes(OURS, Rectifier::Linear, &device());
    assert_eq!(mean, [12_345.678; 2]);
    assert_eq!(variance, [0.0; 2]);
    for (plane, numbers) in output.chunks_exact(9).enumerate() {
        assert_eq!(numbers, [operands.beta[plane % 2]; 9]);
    }
}

#[test]
fn only_tracked_tensors_receive_gradients() {
    let operands = Operands::new([4, 3, 2, 2], 0.0);
    let input = operands.input(&device()).require_grad();
    let [gamma, beta] =
        [&operands.gamma, &operands.beta].map(|part| operands.per_channel(part, &device()));
    let [output, ..] = OURS(input.clone(), gamma.clone(), beta.clone(), Rectifier::Relu);
    let gradients = backward(output);
    assert!(input.grad(&gradients).is_some());
    assert!(gamma.grad(&gradients).is_none());
    assert!(beta.grad(&gradients).is_none());
}

#[test]
#[should_panic(expected = "invalid batch norm gamma shape")]
fn mismatched_channels_panic() {
    let device = device();
    let parts = [Tensor::ones([4], &device), Tensor::zeros([4], &device)];
    let [gamma, beta] = parts;
    let input = noise::<4>([2, 3, 2, 2], 1, &device);
    let _ = batch_norm_train(input, gamma, beta, EPSILON, Rectifier::Linear);
}
