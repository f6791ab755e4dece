//! A fully connected layer on slices.

use crate::activation::{
    Nonlinearity, backward as activation_backward, forward_in_place, with_function,
};
use crate::matmul::{Matrix, WriteMode, multiply, multiply_with_epilogue};
use crate::pool;

/// Sizes of a fully connected layer.
#[derive(Clone, Copy)]
pub struct DenseShape {
    pub batch: usize,
    pub inputs: usize,
    pub outputs: usize,
}

impl DenseShape {
    fn threads(self) -> usize {
        pool::matmul_threads(2.0 * (self.batch * self.inputs) as f64 * self.outputs as f64)
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
    let write = bias.map_or(WriteMode::Overwrite, |_| WriteMode::Accumulate);
    let input = Matrix::new(input, shape.batch, shape.inputs);
    let weight = Matrix::new(weight, shape.inputs, shape.outputs);
    let threads = shape.threads();
    let activate = |part: &mut [f32]| {
        with_function!(activation, function => forward_in_place(function, part));
    };
    pool::install(threads, || {
        multiply_with_epilogue(&mut output, write, input, weight, threads, activate);
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

/// Operands and output of a layer, and the gradient with respect to the output.
pub struct BackwardInput<'a> {
    pub input: &'a [f32],
    pub weight: &'a [f32],
    pub output: &'a [f32],
    pub gradient: &'a [f32],
}

/// The required gradients with respect to input, weight and bias.
pub fn backward(
    shape: DenseShape,
    activation: Nonlinearity,
    saved: &BackwardInput,
    required: RequiredGradients,
) -> [Option<Vec<f32>>; 3] {
    let preactivation_gradient;
    let preactivation_gradient = if activation == Nonlinearity::LINEAR {
        saved.gradient
    } else {
        let mut result = saved.gradient.to_vec();
        with_function!(activation, function => activation_backward(function, saved.output, &mut result));
        preactivation_gradient = result;
        &preactivation_gradient
    };
    let bias_gradient = required.bias.then(|| {
        let mut sums = vec![0.0; shape.outputs];
        for row in preactivation_gradient.chunks_exact(shape.outputs) {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += value;
            }
        }
        sums
    });
    let threads = shape.threads();
    let (input_gradient, weight_gradient) = pool::install(threads, || {
        if threads > 1 && required.input && required.weight {
            // Two products of equal size: each gets half of the threads.
            let half = threads / 2;
            let (input_gradient, weight_gradient) = rayon::join(
                || input_gradient(shape, preactivation_gradient, saved.weight, half),
                || weight_gradient(shape, saved.input, preactivation_gradient, half),
            );
            return (Some(input_gradient), Some(weight_gradient));
        }
        let input_gradient = (required.input)
            .then(|| input_gradient(shape, preactivation_gradient, saved.weight, threads));
        let weight_gradient = (required.weight)
            .then(|| weight_gradient(shape, saved.input, preactivation_gradient, threads));
        (input_gradient, weight_gradient)
    });
    [input_gradient, weight_gradient, bias_gradient]
}

fn input_gradient(
    shape: DenseShape,
    preactivation_gradient: &[f32],
    weight: &[f32],
    threads: usize,
) -> Vec<f32> {
    let mut result = vec![0.0; shape.batch * shape.inputs];
    let preactivation_gradient = Matrix::new(preactivation_gradient, shape.batch, shape.outputs);
    let weight = Matrix::new(weight, shape.inputs, shape.outputs).transposed();
    multiply(
        &mut result,
        WriteMode::Overwrite,
        preactivation_gradient,
        weight,
        threads,
    );
    result
}

fn weight_gradient(
    shape: DenseShape,
    input: &[f32],
    preactivation_gradient: &[f32],
    threads: usize,
) -> Vec<f32> {
    let mut result = vec![0.0; shape.inputs * shape.outputs];
    let input = Matrix::new(input, shape.batch, shape.inputs).transposed();
    let preactivation_gradient = Matrix::new(preactivation_gradient, shape.batch, shape.outputs);
    multiply(
        &mut result,
        WriteMode::Overwrite,
        input,
        preactivation_gradient,
        threads,
    );
    result
}
