//! Nonlinearities of tensors agree with Burn's own on the CPU backend, forward and backward.

mod tensor;

use burn::tensor::{Device, Tensor, activation};
use ganforge_ops::{leaky_relu, relu, sigmoid, tanh};
use tensor::{assert_close, backward, device, noise, numbers};

/// Slope of the leaky rectifiers below zero.
const SLOPE: f64 = 0.2;

type Function = fn(Tensor<2>) -> Tensor<2>;

/// Name, ours, Burn's.
const FUNCTIONS: [(&str, Function, Function); 4] = [
    ("relu", relu, activation::relu),
    (
        "leaky relu",
        |input| leaky_relu(input, SLOPE),
        |input| activation::leaky_relu(input, SLOPE),
    ),
    ("tanh", tanh, activation::tanh),
    ("sigmoid", sigmoid, activation::sigmoid),
];

const SHAPES: [[usize; 2]; 6] = [[1, 1], [1, 15], [3, 17], [7, 129], [65, 1000], [64, 16384]];

/// Output and input gradient of a loss that weighs every output differently.
fn passes(function: Function, input: Tensor<2>) -> [Vec<f32>; 2] {
    let input = input.require_grad();
    // A copy, because the memory of an operand that nothing else uses may be overwritten.
    let output = function(input.clone() * 4.0);
    let gradients = backward(output.clone());
    let input_gradient = input.grad(&gradients).expect("the input gradient");
    [output, input_gradient].map(|tensor| numbers(&tensor.into_data()))
}

#[test]
fn both_passes_agree_with_burn() {
    for (name, ours, burns) in FUNCTIONS {
        for shape in SHAPES {
            let input = || noise(shape, 1, &device());
            let (actual, expected) = (passes(ours, input()), passes(burns, input()));
            assert_close(&format!("{name}, {shape:?}"), &actual, &expected);
        }
    }
}

#[test]
fn recomputed_inputs_give_the_same_gradients() {
    let recomputing = device().gradient_checkpointing();
    for (name, ours, _) in FUNCTIONS {
        let shape = [33, 65];
        let actual = passes(ours, noise(shape, 1, &recomputing));
        assert_eq!(actual, passes(ours, noise(shape, 1, &device())), "{name}");
    }
}

#[test]
fn repeated_passes_are_bitwise_equal() {
    for (name, ours, _) in FUNCTIONS {
        let run = || passes(ours, noise([64, 16384], 1, &device()));
        assert_eq!(run(), run(), "{name}");
    }
}

/// The bits of a number, all NaNs alike.
fn bits(number: f32) -> u32 {
    if number.is_nan() { f32::NAN } else { number }.to_bits()
}

#[test]
#[expect(clippy::float_cmp, reason = "infinities are equal to themselves")]
fn zeros_and_non_finite_values_agree_with_burn() {
    let special = [
        0.0,
        -0.0,
        f32::NAN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::MIN_POSITIVE,
        -f32::MIN_POSITIVE,
    ];
    // Every special input with every special gradient.
    let pairs = special
        .iter()
        .flat_map(|input| special.map(|g| [*input, g]));
    let (inputs, weights): (Vec<f32>, Vec<f32>) = pairs.map(|[input, g]| (input, g)).unzip();
    let run = |function: Function| {
        let tensor = |numbers: &[f32]| Tensor::<1>::from_floats(numbers, &device()).reshape([7, 7]);
        let input = tensor(&inputs).require_grad();
        let output = function(input.clone());
        let gradients = (output.clone() * tensor(&weights)).sum().backward();
        let input_gradient = input.grad(&gradients).expect("the input gradient");
        [output, input_gradient].map(|tensor| numbers(&tensor.into_data()))
    };
    for (name, ours, burns) in &FUNCTIONS[..2] {
        let [output, gradient] = run(*ours);
        let [burns_output, burns_gradient] = run(*burns);
        assert!(
            output
                .iter()
                .copied()
                .map(bits)
                .eq(burns_output.iter().copied().map(bits)),
            "{name}"
        );
        for (at, (ours, burns)) in gradient.iter().zip(&burns_gradient).enumerate() {
            // Burn adds a zero to either branch, which changes the sign of a zero.
            let same = ours.is_nan() && burns.is_nan() || ours == burns;
            assert!(
                same,
                "{name}: {ours} for {burns}, the gradient of {}",
                inputs[at]
            );
        }
    }
    for (name, ours, burns) in &FUNCTIONS[2..] {
        for (ours, burns) in run(*ours)
            .iter()
            .flatten()
            .zip(run(*burns).iter().flatten())
        {
            let same = ours.is_nan() && burns.is_nan()
                || ours == burns
                || (ours - burns).abs() <= f32::EPSILON;
            assert!(same, "{name}: {ours} for {burns}");
        }
    }
}

#[test]
fn a_shared_input_is_not_overwritten() {
    let device = Device::flex();
    for (name, ours, burns) in FUNCTIONS {
        let input = noise([5, 7], 1, &device);
        let before = input.to_data();
        let part = input.clone().narrow(0, 1, 3);
        let results = [
            ours(input.clone()),
            ours(part.clone()),
            ours(input.clone().transpose()),
        ];
        let expected = [
            burns(input.clone()),
            burns(part),
            burns(input.clone().transpose()),
        ];
        assert_eq!(input.into_data(), before, "{name}");
        assert_close(
            name,
            &results.map(|tensor| numbers(&tensor.into_data())),
            &expected.map(|tensor| numbers(&tensor.into_data())),
        );
    }
}

/// A gradient that two branches share is overwritten in neither.
#[test]
fn a_shared_gradient_is_not_overwritten() {
    let run = |function: Function| {
        let [one, other] = [1, 2].map(|seed| noise([4, 9], seed, &device()).require_grad());
        let sum = function(one.clone() * 1.0) + function(other.clone() * 1.0);
        let gradients = backward(sum);
        [one, other].map(|input| numbers(&input.grad(&gradients).expect("a gradient").into_data()))
    };
    for (name, ours, burns) in FUNCTIONS {
        assert_close(name, &run(ours), &run(burns));
    }
}

#[test]
fn a_slope_that_is_not_positive_is_computed_by_burn() {
    for slope in [0.0, -0.5] {
        let actual = leaky_relu(noise([3, 5], 1, &device()), slope).into_data();
        let expected = activation::leaky_relu(noise::<2>([3, 5], 1, &device()), slope).into_data();
        assert_eq!(actual, expected);
    }
}
