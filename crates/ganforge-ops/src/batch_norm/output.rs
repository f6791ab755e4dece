//! The second sweep forward: the output.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for its instruction set"
)]

use pulp::{Arch, NullaryFnOnce};

use super::groups::{LANES, Lanes, padded};
use super::{Extent, Group, Moments};
use crate::activation::Function;

/// Scale and shift of the channels, and what is added to their variances.
#[derive(Clone, Copy)]
pub struct Affine<'a> {
    pub gamma: &'a [f32],
    pub beta: &'a [f32],
    pub epsilon: f64,
}

/// What the sweeps need to know of a vector of positions.
#[derive(Clone, Copy, Default)]
pub struct Constants {
    /// μ.
    pub mean: Lanes,
    /// γ s.
    pub scale: Lanes,
    /// β.
    pub shift: Lanes,
}

impl Constants {
    /// `moments` are the group's own.
    pub fn new(group: Group, affine: Affine, moments: &[Moments]) -> Vec<Self> {
        let channels = group.range();
        let scales = moments.iter().zip(&affine.gamma[channels.clone()]);
        let scales = scales.map(|(moments, &gamma)| {
            (f64::from(gamma) * moments.inverse_deviation(affine.epsilon)) as f32
        });
        let (scales, shifts): (Vec<f32>, _) = (scales.collect(), &affine.beta[channels]);
        let mut constants = group.lanes::<Self>();
        group.for_each_position(|channel, [vector, lane]| {
            let constants = &mut constants[vector];
            constants.mean[lane] = moments[channel].mean;
            constants.scale[lane] = scales[channel];
            constants.shift[lane] = shifts[channel];
        });
        constants
    }

    #[inline(always)]
    fn output<F: Function>(&self, function: F, input: &Lanes) -> Lanes {
        let mut output = [0.0; LANES];
        for (lane, output) in output.iter_mut().enumerate() {
            let normalised = (input[lane] - self.mean[lane]) * self.scale[lane] + self.shift[lane];
            *output = function.value(normalised);
        }
        output
    }
}

/// Normalises by the moments of the batch, which are returned.
///
/// # Shapes
/// - `input`, `output`: those of `extent`
pub fn normalise<F: Function>(
    function: F,
    extent: Extent,
    affine: Affine,
    input: &[f32],
    output: &mut [f32],
) -> Vec<Moments> {
    let mut moments = vec![Moments::default(); extent.channels];
    extent.for_each_group(output, &mut moments, |group, outputs, moments| {
        Moments::of(group, input, moments);
        Arch::new().dispatch(Sweep {
            function,
            inputs: group.parts(input),
            outputs,
            constants: &Constants::new(group, affine, moments),
        });
    });
    moments
}

/// Normalises by moments that are given, in place.
///
/// # Shapes
/// - `images`: those of `extent`
pub fn normalise_by<F: Function>(
    function: F,
    extent: Extent,
    affine: Affine,
    moments: &mut [Moments],
    images: &mut [f32],
) {
    extent.for_each_group(images, moments, |group, parts, moments| {
        Arch::new().dispatch(InPlace {
            function,
            parts,
            constants: &Constants::new(group, affine, moments),
        });
    });
}

struct Sweep<'a, 'b, F, I> {
    function: F,
    inputs: I,
    outputs: &'a mut [&'b mut [f32]],
    constants: &'a [Constants],
}

impl<'i, F: Function, I: Iterator<Item = &'i [f32]>> NullaryFnOnce for Sweep<'_, '_, F, I> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (input, output) in self.inputs.zip(self.outputs) {
            let (inputs, input_rest) = input.as_chunks();
            let (outputs, rest) = output.as_chunks_mut();
            let numbers = inputs.iter().zip(outputs);
            for ((input, output), constants) in numbers.zip(self.constants) {
                *output = constants.output(self.function, input);
            }
            if let (false, Some(constants)) = (rest.is_empty(), self.constants.last()) {
                let output = constants.output(self.function, &padded(input_rest));
                rest.copy_from_slice(&output[..rest.len()]);
            }
        }
    }
}

struct InPlace<'a, 'b, F> {
    function: F,
    parts: &'a mut [&'b mut [f32]],
    constants: &'a [Constants],
}

impl<F: Function> NullaryFnOnce for InPlace<'_, '_, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for part in self.parts {
            let (numbers, rest) = part.as_chunks_mut();
            for (numbers, constants) in numbers.iter_mut().zip(self.constants) {
                *numbers = constants.output(self.function, numbers);
            }
            if let (false, Some(constants)) = (rest.is_empty(), self.constants.last()) {
                let output = constants.output(self.function, &padded(rest));
                rest.copy_from_slice(&output[..rest.len()]);
            }
        }
    }
}
