//! Multithreaded loops over slices.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for its instruction set"
)]

use pulp::{Arch, NullaryFnOnce};

use super::Function;
use crate::pool;
use crate::uninit::Uninit;

/// Elements that a thread processes at a time: 32 KiB.
const CHUNK: usize = 1 << 13;

/// # Panics
/// If the lengths differ.
pub fn forward<F: Function>(function: F, input: &[f32], output: Uninit) {
    assert_eq!(input.len(), output.len());
    each_chunk::<F>(output, |arch, start, output| {
        arch.dispatch(Forward(function, &input[start..], output));
    });
}

pub fn forward_in_place<F: Function>(function: F, numbers: &mut [f32]) {
    each_chunk::<F>(numbers.into(), |arch, _, numbers| {
        arch.dispatch(InPlace(function, numbers));
    });
}

/// Replaces the gradient with respect to the output by the gradient with respect to the input.
///
/// # Panics
/// If the lengths differ.
pub fn backward<F: Function>(function: F, output: &[f32], gradient: &mut [f32]) {
    assert_eq!(output.len(), gradient.len());
    each_chunk::<F>(gradient.into(), |arch, start, gradient| {
        arch.dispatch(Backward(function, &output[start..], gradient));
    });
}

/// Calls `pass` with each chunk and the index of its first element.
fn each_chunk<F: Function>(numbers: Uninit, pass: impl Fn(Arch, usize, &mut [f32]) + Sync + Send) {
    let threads = pool::threads(F::COST * numbers.len() as f64);
    let arch = Arch::new();
    pool::install(threads, || {
        numbers.for_each_chunk(threads, CHUNK, |index, chunk| {
            pass(arch, index * CHUNK, chunk.floats());
        });
    });
}

struct Forward<'a, F>(F, &'a [f32], &'a mut [f32]);

impl<F: Function> NullaryFnOnce for Forward<'_, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self(function, input, output) = self;
        for (output, input) in output.iter_mut().zip(input) {
            *output = function.value(*input);
        }
    }
}

struct InPlace<'a, F>(F, &'a mut [f32]);

impl<F: Function> NullaryFnOnce for InPlace<'_, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self(function, numbers) = self;
        for number in numbers {
            *number = function.value(*number);
        }
    }
}

struct Backward<'a, F>(F, &'a [f32], &'a mut [f32]);

impl<F: Function> NullaryFnOnce for Backward<'_, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self(function, output, gradient) = self;
        for (gradient, output) in gradient.iter_mut().zip(output) {
            *gradient = function.gradient(*output, *gradient);
        }
    }
}
