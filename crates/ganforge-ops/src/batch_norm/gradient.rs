//! The two sweeps backward: the sums, then the gradient by the input.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for its instruction set"
)]

use pulp::{Arch, NullaryFnOnce};

use super::groups::{LANES, Lanes, Sums, padded};
use super::output::{Affine, Constants};
use super::{Extent, Group, Moments};
use crate::activation::Function;

/// A channel's moments, and the gradients by its scale and shift.
#[derive(Clone, Copy, Default)]
pub struct Gradients {
    pub moments: Moments,
    pub gamma: f32,
    pub beta: f32,
}

/// Turns the gradient by the output into that by the input, and finds those by scale and shift.
///
/// # Shapes
/// - `input`, `gradient`: those of `extent`
/// - `channels`: `[channels]`, with the batch's moments
pub fn pull_back<F: Function>(
    function: F,
    extent: Extent,
    affine: Affine,
    channels: &mut [Gradients],
    input: &[f32],
    gradient: &mut [f32],
) {
    extent.for_each_group(gradient, channels, |group, gradients, channels| {
        let moments: Vec<Moments> = channels.iter().map(|channel| channel.moments).collect();
        let constants = &Constants::new(group, affine, &moments);
        let mut sums = group.lanes();
        Arch::new().dispatch(Summing {
            function,
            group,
            input,
            gradients,
            constants,
            sums: &mut sums,
        });
        let count = extent.count();
        let mut means = Vec::with_capacity(channels.len());
        for (channel, [sum, product]) in channels.iter_mut().zip(group.totals(&sums)) {
            let inverse = channel.moments.inverse_deviation(affine.epsilon);
            channel.beta = sum as f32;
            channel.gamma = (product * inverse) as f32;
            let tilt = product / count * inverse * inverse;
            means.push([(sum / count) as f32, tilt as f32]);
        }
        let mut projections = group.lanes::<Projection>();
        group.for_each_position(|channel, [vector, lane]| {
            let projection = &mut projections[vector];
            [projection.level[lane], projection.tilt[lane]] = means[channel];
        });
        Arch::new().dispatch(Sweep {
            function,
            inputs: group.parts(input),
            gradients,
            constants,
            projections: &projections,
        });
    });
}

/// What the moments' part in the gradient takes away, at a vector of positions.
#[derive(Clone, Copy, Default)]
struct Projection {
    /// mean(h).
    level: Lanes,
    /// s² mean(h (x − μ)).
    tilt: Lanes,
}

impl Constants {
    /// h and x − μ.
    #[inline(always)]
    fn inner<F: Function>(&self, function: F, input: &Lanes, gradient: &Lanes) -> [Lanes; 2] {
        let (mut inner, mut apart) = ([0.0; LANES], [0.0; LANES]);
        for lane in 0..LANES {
            apart[lane] = input[lane] - self.mean[lane];
            let normalised = apart[lane] * self.scale[lane] + self.shift[lane];
            inner[lane] = function.gradient(normalised, gradient[lane]);
        }
        [inner, apart]
    }

    #[inline(always)]
    fn gradient<F: Function>(
        &self,
        function: F,
        projection: &Projection,
        input: &Lanes,
        gradient: &Lanes,
    ) -> Lanes {
        let [mut inner, apart] = self.inner(function, input, gradient);
        for (lane, inner) in inner.iter_mut().enumerate() {
            let rest = *inner - projection.level[lane] - apart[lane] * projection.tilt[lane];
            *inner = self.scale[lane] * rest;
        }
        inner
    }

    /// Adds h and h (x − μ).
    #[inline(always)]
    fn sum<F: Function>(&self, function: F, input: &Lanes, gradient: &Lanes, sums: &mut Sums) {
        let [inner, apart] = self.inner(function, input, gradient);
        let Sums(sums, products) = sums;
        for (sum, inner) in sums.iter_mut().zip(&inner) {
            *sum += f64::from(*inner);
        }
        for (product, (inner, apart)) in products.iter_mut().zip(inner.iter().zip(&apart)) {
            *product += f64::from(*inner) * f64::from(*apart);
        }
    }
}

struct Summing<'a, 'b, F> {
    function: F,
    group: Group,
    input: &'a [f32],
    gradients: &'a [&'b mut [f32]],
    constants: &'a [Constants],
    sums: &'a mut [Sums],
}

impl<F: Function> NullaryFnOnce for Summing<'_, '_, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for block in self.group.blocks() {
            let vectors = block.start / LANES..block.end.div_ceil(LANES);
            let constants = &self.constants[vectors.clone()];
            let sums = &mut self.sums[vectors];
            for (input, gradient) in self.group.parts(self.input).zip(self.gradients) {
                let (inputs, input_rest) = input[block.clone()].as_chunks();
                let (gradients, rest) = gradient[block.clone()].as_chunks();
                let numbers = inputs.iter().zip(gradients);
                for ((input, gradient), (constants, sums)) in
                    numbers.zip(constants.iter().zip(sums.iter_mut()))
                {
                    constants.sum(self.function, input, gradient, sums);
                }
                if !rest.is_empty() {
                    let (input, gradient, at) = (padded(input_rest), padded(rest), inputs.len());
                    constants[at].sum(self.function, &input, &gradient, &mut sums[at]);
                }
            }
        }
    }
}

struct Sweep<'a, 'b, F, I> {
    function: F,
    inputs: I,
    gradients: &'a mut [&'b mut [f32]],
    constants: &'a [Constants],
    projections: &'a [Projection],
}

impl<'i, F: Function, I: Iterator<Item = &'i [f32]>> NullaryFnOnce for Sweep<'_, '_, F, I> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (input, gradient) in self.inputs.zip(self.gradients) {
            let (inputs, input_rest) = input.as_chunks();
            let (gradients, rest) = gradient.as_chunks_mut();
            let known = self.constants.iter().zip(self.projections);
            for ((input, gradient), (constants, projection)) in
                inputs.iter().zip(gradients).zip(known)
            {
                *gradient = constants.gradient(self.function, projection, input, gradient);
            }
            let last = (self.constants.last(), self.projections.last());
            if let (false, (Some(constants), Some(projection))) = (rest.is_empty(), last) {
                let (input, gradient) = (padded(input_rest), padded(rest));
                let found = constants.gradient(self.function, projection, &input, &gradient);
                rest.copy_from_slice(&found[..rest.len()]);
            }
        }
    }
}
