//! Loops over slices, a part to each thread.

use pulp::Arch;

use super::Function;
use crate::pool;

/// Numbers taken at a time: 32 KiB.
const CHUNK: usize = 1 << 13;

/// # Panics
/// If the lengths differ.
pub fn forward<F: Function>(function: F, input: &[f32], output: &mut [f32]) {
    assert_eq!(input.len(), output.len());
    each_chunk::<F>(output, |start, output| {
        for (output, input) in output.iter_mut().zip(&input[start..]) {
            *output = function.value(*input);
        }
    });
}

pub fn forward_in_place<F: Function>(function: F, numbers: &mut [f32]) {
    each_chunk::<F>(numbers, |_, numbers| {
        for number in numbers {
            *number = function.value(*number);
        }
    });
}

/// Turns the gradient by the output into that by the input.
///
/// # Panics
/// If the lengths differ.
pub fn backward<F: Function>(function: F, output: &[f32], gradient: &mut [f32]) {
    assert_eq!(output.len(), gradient.len());
    each_chunk::<F>(gradient, |start, gradient| {
        for (gradient, output) in gradient.iter_mut().zip(&output[start..]) {
            *gradient = function.gradient(*output, *gradient);
        }
    });
}

/// Calls `pass` with parts of the numbers and where they begin, compiled for the machine's instruction set.
fn each_chunk<F: Function>(numbers: &mut [f32], pass: impl Fn(usize, &mut [f32]) + Sync + Send) {
    let threads = pool::threads(F::COST * numbers.len() as f64);
    let arch = Arch::new();
    pool::inside(threads, || {
        pool::for_each_chunk(threads, numbers, CHUNK, |index, chunk| {
            arch.dispatch(|| pass(index * CHUNK, chunk));
        });
    });
}
