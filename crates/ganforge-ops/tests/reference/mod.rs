//! The three passes by their definition, in double precision.

#![allow(dead_code, reason = "each test binary uses some of these")]

use ganforge_ops::ConvShape;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Calls `visit` with the indices of input, weight and output of every product.
pub fn for_each_product(shape: &ConvShape, mut visit: impl FnMut(usize, usize, usize)) {
    let ([height, width], [rows, columns]) = (shape.size(), shape.output_size());
    let ([tall, wide], [down, right]) = (shape.kernel(), shape.stride());
    let [above, before] = shape.padding();
    let (inputs, outputs) = (shape.inputs(), shape.outputs());
    for output in 0..shape.output_len() {
        let (x, y) = (output % columns, output / columns % rows);
        let (to, image) = (
            output / (columns * rows) % outputs,
            output / (columns * rows * outputs),
        );
        for weight in 0..inputs * tall * wide {
            let (j, i, from) = (weight % wide, weight / wide % tall, weight / (wide * tall));
            let (py, px) = (y * down + i, x * right + j);
            if py >= above && py - above < height && px >= before && px - before < width {
                let input = ((image * inputs + from) * height + py - above) * width + px - before;
                visit(input, to * inputs * tall * wide + weight, output);
            }
        }
    }
}

pub fn convolve(shape: &ConvShape, input: &[f32], weight: &[f32]) -> Vec<f64> {
    let mut result = vec![0.0; shape.output_len()];
    for_each_product(shape, |i, w, o| {
        result[o] += f64::from(input[i]) * f64::from(weight[w]);
    });
    result
}

pub fn input_gradient(shape: &ConvShape, output_gradient: &[f32], weight: &[f32]) -> Vec<f64> {
    let mut result = vec![0.0; shape.input_len()];
    for_each_product(shape, |i, w, o| {
        result[i] += f64::from(output_gradient[o]) * f64::from(weight[w]);
    });
    result
}

pub fn weight_gradient(shape: &ConvShape, input: &[f32], output_gradient: &[f32]) -> Vec<f64> {
    let mut result = vec![0.0; shape.weight_len()];
    for_each_product(shape, |i, w, o| {
        result[w] += f64::from(input[i]) * f64::from(output_gradient[o]);
    });
    result
}

/// Uniform numbers in [-1, 1).
pub fn noise(len: usize, seed: u64) -> Vec<f32> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..len).map(|_| random.random_range(-1.0..1.0)).collect()
}
