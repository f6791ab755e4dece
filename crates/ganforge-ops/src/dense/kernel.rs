//! A fully connected layer on slices.

use crate::activation::{Nonlinearity, backward as pull_back, forward_in_place, with_function};
use crate::matmul::{Matrix, Write, multiply, multiply_then};
use crate::pool;

/// `[batch, inputs, outputs]`
#[derive(Clone, Copy)]
pub struct DenseShape {
    pub batch: usize,
    pub inputs: usize,
    pub outputs: usize,
}

impl DenseShape {
    fn threads(self) -> usize {
        pool::threads_of_products(2.0 * (self.batch * self.inputs) as f64 * self.outputs as f64)
    }
}

/// # Shapes
/// - `input`: `[batch, inputs]`
/// - `weight`: `[inputs, outputs]`
/// - `bias`: `[outputs]`
/// - result: `[batch, outputs]`
pub fn forward(
    shape: DenseShape,
    activation: Nonlinearity,
    input: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
) -> Vec<f32> {
    let mut output = match bias {
        Some(bias) => bias.repeat(shape.batch),
        None => vec![0.0; shape.batch * shape.outputs],
    };
    let write = bias.map_or(Write::Over, |_| Write::Add);
    let input = Matrix::new(input, shape.batch, shape.inputs);
    let weight = Matrix::new(weight, shape.inputs, shape.outputs);
    let threads = shape.threads();
    let activate = |part: &mut [f32]| {
        with_function!(activation, function => forward_in_place(function, part));
    };
    pool::inside(threads, || {
        multiply_then(&mut output, write, input, weight, threads, activate);
    });
    output
}

/// Which gradients of a layer are required.
#[derive(Clone, Copy, Debug)]
pub struct RequiredGradients {
    /// With respect to the input.
    pub input: bool,
    /// With respect to the weight.
    pub weight: bool,
    /// With respect to the bias.
    pub bias: bool,
}

/// What a layer was given and gave, and the gradient by its output.
pub struct BackwardInput<'a> {
    pub input: &'a [f32],
    pub weight: &'a [f32],
    pub output: &'a [f32],
    pub gradient: &'a [f32],
}

/// The gradients that are required, by input, weight and bias.
pub fn backward(
    shape: DenseShape,
    activation: Nonlinearity,
    saved: &BackwardInput,
    required: RequiredGradients,
) -> [Option<Vec<f32>>; 3] {
    let by_sums;
    let by_sums = if activation == Nonlinearity::LINEAR {
        saved.gradient
    } else {
        let mut result = saved.gradient.to_vec();
        with_function!(activation, function => pull_back(function, saved.output, &mut result));
        by_sums = result;
        &by_sums
    };
    let of_bias = required.bias.then(|| {
        let mut sums = vec![0.0; shape.outputs];
        for row in by_sums.chunks_exact(shape.outputs) {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += value;
            }
        }
        sums
    });
    let threads = shape.threads();
    let (of_input, of_weight) = pool::inside(threads, || {
        if threads > 1 && required.input && required.weight {
            // Two products of one size: each has half of the threads.
            let share = threads / 2;
            let (of_input, of_weight) = rayon::join(
                || input_gradient(shape, by_sums, saved.weight, share),
                || weight_gradient(shape, saved.input, by_sums, share),
            );
            return (Some(of_input), Some(of_weight));
        }
        let of_input =
            (required.input).then(|| input_gradient(shape, by_sums, saved.weight, threads));
        let of_weight =
            (required.weight).then(|| weight_gradient(shape, saved.input, by_sums, threads));
        (of_input, of_weight)
    });
    [of_input, of_weight, of_bias]
}

fn input_gradient(shape: DenseShape, by_sums: &[f32], weight: &[f32], threads: usize) -> Vec<f32> {
    let mut result = vec![0.0; shape.batch * shape.inputs];
    let by_sums = Matrix::new(by_sums, shape.batch, shape.outputs);
    let weight = Matrix::new(weight, shape.inputs, shape.outputs).transposed();
    multiply(&mut result, Write::Over, by_sums, weight, threads);
    result
}

fn weight_gradient(shape: DenseShape, input: &[f32], by_sums: &[f32], threads: usize) -> Vec<f32> {
    let mut result = vec![0.0; shape.inputs * shape.outputs];
    let input = Matrix::new(input, shape.batch, shape.inputs).transposed();
    let by_sums = Matrix::new(by_sums, shape.batch, shape.outputs);
    multiply(&mut result, Write::Over, input, by_sums, threads);
    result
}
