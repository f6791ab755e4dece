//! Fully connected layers agree with float64, finite differences and Burn's own, forward and backward.

use burn::tensor::{Device, Tensor, TensorData, activation, module};
use ganforge_ops::{Nonlinearity, Rectifier, linear};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The largest difference allowed, relative to the largest element.
const TOLERANCE: f64 = 1e-5;

const ACTIVATIONS: [Nonlinearity; 5] = [
    Nonlinearity::LINEAR,
    Nonlinearity::Rectifier(Rectifier::Relu),
    Nonlinearity::Rectifier(Rectifier::Leaky(0.2)),
    Nonlinearity::Tanh,
    Nonlinearity::Sigmoid,
];

/// Batch, inputs, outputs: single, odd, one output, and large enough for several threads, by rows and by columns.
const SHAPES: [[usize; 3]; 9] = [
    [1, 1, 1],
    [1, 7, 5],
    [2, 64, 1],
    [3, 17, 33],
    [64, 64, 256],
    [65, 31, 97],
    [5, 300, 1],
    [70, 480, 500],
    [9, 1300, 1301],
];

fn noise<const D: usize>(shape: [usize; D], seed: u64, spread: f32) -> TensorData {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let numbers: Vec<f32> = (0..shape.iter().product())
        .map(|_| random.random_range(-spread..spread))
        .collect();
    TensorData::new(numbers, shape)
}

fn numbers(data: &TensorData) -> Vec<f64> {
    data.iter::<f64>().collect()
}

/// Input, weight, bias and the gradient with respect to the output.
struct Case {
    shape: [usize; 3],
    input: TensorData,
    weight: TensorData,
    bias: Option<TensorData>,
    gradient: TensorData,
}

impl Case {
    fn new([batch, inputs, outputs]: [usize; 3], with_bias: bool) -> Self {
        let spread = 1.0 / (inputs as f32).sqrt();
        Self {
            shape: [batch, inputs, outputs],
            input: noise([batch, inputs], 1, 1.0),
            weight: noise([inputs, outputs], 2, 2.0 * spread),
            bias: with_bias.then(|| noise([outputs], 3, 0.5)),
            gradient: noise([batch, outputs], 4, 1.0),
        }
    }

    /// Output, then the gradients with respect to input, weight and bias.
    fn run(
        &self,
        layer: impl FnOnce(Tensor<2>, Tensor<2>, Option<Tensor<1>>) -> Tensor<2>,
    ) -> Vec<TensorData> {
        let device = Device::flex().autodiff();
        let input = Tensor::<2>::from_data(self.input.clone(), &device).require_grad();
        let weight = Tensor::<2>::from_data(self.weight.clone(), &device).require_grad();
        let bias =
            (self.bias.clone()).map(|bias| Tensor::<1>::from_data(bias, &device).require_grad());
        let output = layer(input.clone(), weight.clone(), bias.clone());
        let weights = Tensor::<2>::from_data(self.gradient.clone(), &device);
        let gradients = (output.clone() * weights).sum().backward();
        let mut found = vec![
            output.into_data(),
            input
                .grad(&gradients)
                .expect("the input gradient")
                .into_data(),
            weight
                .grad(&gradients)
                .expect("the weight gradient")
                .into_data(),
        ];
        if let Some(bias) = bias {
            found.push(
                bias.grad(&gradients)
                    .expect("the bias gradient")
                    .into_data(),
            );
        }
        found
    }

    /// The same in float64 by the definition.
    fn reference(&self, activation: Nonlinearity) -> Vec<Vec<f64>> {
        let [batch, inputs, outputs] = self.shape;
        let [input, weight, gradient] = [&self.input, &self.weight, &self.gradient].map(numbers);
        let bias = self
            .bias
            .as_ref()
            .map_or_else(|| vec![0.0; outputs], numbers);
        let mut output = vec![0.0; batch * outputs];
        let (mut input_gradient, mut weight_gradient) =
            (vec![0.0; batch * inputs], vec![0.0; inputs * outputs]);
        let mut bias_gradient = vec![0.0; outputs];
        for row in 0..batch {
            let mut sums = bias.clone();
            for (x, weights) in input[row * inputs..]
                .iter()
                .zip(weight.chunks_exact(outputs))
            {
                sums.iter_mut()
                    .zip(weights)
                    .for_each(|(sum, w)| *sum += x * w);
            }
            let mut preactivation_gradient = vec![0.0; outputs];
            for unit in 0..outputs {
                let (y, slope) = value_and_derivative(activation, sums[unit]);
                output[row * outputs + unit] = y;
                preactivation_gradient[unit] = gradient[row * outputs + unit] * slope;
                bias_gradient[unit] += preactivation_gradient[unit];
            }
            for at in 0..inputs {
                let weights = &weight[at * outputs..][..outputs];
                input_gradient[row * inputs + at] = weights
                    .iter()
                    .zip(&preactivation_gradient)
                    .map(|(w, g)| w * g)
                    .sum();
                let x = input[row * inputs + at];
                let weight_gradients = weight_gradient[at * outputs..][..outputs].iter_mut();
                weight_gradients
                    .zip(&preactivation_gradient)
                    .for_each(|(sum, g)| *sum += x * g);
            }
        }
        let mut found = vec![output, input_gradient, weight_gradient];
        if self.bias.is_some() {
            found.push(bias_gradient);
        }
        found
    }
}

/// Value and derivative.
fn value_and_derivative(activation: Nonlinearity, x: f64) -> (f64, f64) {
    match activation {
        Nonlinearity::LINEAR => (x, 1.0),
        Nonlinearity::Rectifier(Rectifier::Relu) => (x.max(0.0), f64::from(x > 0.0)),
        Nonlinearity::Rectifier(Rectifier::Leaky(_)) if x >= 0.0 => (x, 1.0),
        Nonlinearity::Rectifier(Rectifier::Leaky(slope)) => {
            (x * f64::from(slope), f64::from(slope))
        }
        Nonlinearity::Tanh => (x.tanh(), 1.0 - x.tanh().powi(2)),
        Nonlinearity::Sigmoid => {
            let y = 1.0 / (1.0 + (-x).exp());
            (y, y * (1.0 - y))
        }
    }
}

#[track_caller]
fn assert_close(what: &str, found: &[TensorData], expected: &[Vec<f64>]) {
    assert_eq!(found.len(), expected.len());
    for (pass, (found, expected)) in found.iter().zip(expected).enumerate() {
        let found = numbers(found);
        assert_eq!(found.len(), expected.len(), "{what}, pass {pass}");
        let scale = expected.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        // All of a few rectifiers may be zero.
        let few = what.contains("Relu") && what.contains(", 1]");
        assert!(scale > 0.0 || few, "{what}: all zero");
        for (found, expected) in found.iter().zip(expected) {
            let error = (found - expected).abs();
            assert!(
                error <= TOLERANCE * scale + 1e-12,
                "{what}, pass {pass}: {found} for {expected}"
            );
        }
    }
}

#[test]
fn every_pass_agrees_with_float64() {
    for shape in SHAPES {
        for activation in ACTIVATIONS {
            for with_bias in [true, false] {
                let case = Case::new(shape, with_bias);
                let found = case.run(|x, w, b| linear(x, w, b, activation));
                let what = format!("{activation:?} {shape:?}, bias {with_bias}");
                assert_close(&what, &found, &case.reference(activation));
            }
        }
    }
}

#[test]
fn repeated_calls_are_bitwise_equal() {
    for shape in SHAPES {
        let case = Case::new(shape, true);
        let bits =
            || case.run(|x, w, b| linear(x, w, b, Nonlinearity::Rectifier(Rectifier::Leaky(0.2))));
        assert!(bits() == bits(), "{shape:?}");
    }
}

#[test]
fn transposed_views_are_supported() {
    let case = Case::new([6, 5, 7], true);
    let device = Device::flex();
    let tensor = |data: &TensorData| Tensor::<2>::from_data(data.clone(), &device);
    let transposed = |data: &TensorData| {
        let copy = tensor(data).transpose().into_data();
        Tensor::<2>::from_data(copy, &device).transpose()
    };
    let bias = case
        .bias
        .clone()
        .map(|bias| Tensor::<1>::from_data(bias, &device));
    let run = |x, w| linear(x, w, bias.clone(), Nonlinearity::Tanh).into_data();
    let plain = run(tensor(&case.input), tensor(&case.weight));
    assert!(run(transposed(&case.input), transposed(&case.weight)) == plain);
}

#[test]
fn only_tracked_tensors_receive_gradients() {
    let device = Device::flex().autodiff();
    let case = Case::new([4, 3, 5], true);
    let input = Tensor::<2>::from_data(case.input.clone(), &device).require_grad();
    let weight = Tensor::<2>::from_data(case.weight.clone(), &device);
    let output = linear(
        input.clone(),
        weight.clone(),
        None,
        Nonlinearity::Rectifier(Rectifier::Relu),
    );
    let gradients = output.sum().backward();
    assert!(input.grad(&gradients).is_some());
    assert!(weight.grad(&gradients).is_none());
}

fn burns(nonlinearity: Nonlinearity, input: Tensor<2>) -> Tensor<2> {
    match nonlinearity {
        Nonlinearity::Rectifier(Rectifier::Linear) => input,
        Nonlinearity::Rectifier(Rectifier::Relu) => activation::relu(input),
        Nonlinearity::Rectifier(Rectifier::Leaky(slope)) => {
            activation::leaky_relu(input, f64::from(slope))
        }
        Nonlinearity::Tanh => activation::tanh(input),
        Nonlinearity::Sigmoid => activation::sigmoid(input),
    }
}

#[test]
fn non_finite_values_agree_with_burn() {
    for planted in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        for activation in ACTIVATIONS {
            let mut case = Case::new([3, 4, 5], true);
            let mut values: Vec<f32> = case.input.clone().try_to_vec().expect("32-bit floats");
            values[6] = planted;
            case.input = TensorData::new(values, [3, 4]);
            let ours = case.run(|x, w, b| linear(x, w, b, activation));
            let burns = case.run(|x, w, b| burns(activation, module::linear(x, w, b)));
            for (pass, (ours, burns)) in ours.iter().zip(&burns).enumerate() {
                for (ours, burns) in numbers(ours).into_iter().zip(numbers(burns)) {
                    assert_eq!(
                        (ours.is_nan(), ours.is_finite()),
                        (burns.is_nan(), burns.is_finite()),
                        "{activation:?} after {planted}, pass {pass}: {ours} for {burns}"
                    );
                }
            }
        }
    }
}

#[test]
fn gradients_agree_with_finite_differences() {
    let case = Case::new([2, 3, 4], true);
    for activation in [Nonlinearity::Tanh, Nonlinearity::Sigmoid] {
        let [_, input_gradient, ..] = &case.run(|x, w, b| linear(x, w, b, activation))[..] else {
            unreachable!()
        };
        let loss = |at: usize, step: f32| {
            let mut values: Vec<f32> = case.input.clone().try_to_vec().expect("32-bit floats");
            values[at] += step;
            let perturbed = Case {
                input: TensorData::new(values, [2, 3]),
                ..Case::new([2, 3, 4], true)
            };
            let output = perturbed.run(|x, w, b| linear(x, w, b, activation));
            let products = numbers(&output[0]).into_iter().zip(numbers(&case.gradient));
            products.map(|(y, g)| y * g).sum::<f64>()
        };
        for (at, found) in numbers(input_gradient).into_iter().enumerate() {
            let numeric = (loss(at, 5e-3) - loss(at, -5e-3)) / 1e-2;
            assert!((found - numeric).abs() < 1e-3, "{found} is not {numeric}");
        }
    }
}
