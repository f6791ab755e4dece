//! Parameter updates as operations of Burn's backends, without gradient tracking.
#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched loop is compiled for its instruction set"
)]

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Flex, backend_extension};

use super::adam::AdamStep;
use super::momentum::MomentumStep;
use super::parallel::{ElementUpdate, update_elements};
use crate::storage::{contiguous, values, values_mut, writable};

/// Parameter updates by the kernels of this crate, for backends whose tensors lie in host memory.
#[backend_extension(Flex)]
pub trait FusedUpdateOps: Backend {
    /// Returns parameter, first and second moment after a step; all tensors have one shape.
    fn adam(
        step: AdamStep,
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    /// Returns parameter and velocity after a step; all tensors have one shape.
    fn momentum(
        step: MomentumStep,
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        velocity: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// Returns `average + share·(latest - average)`; both tensors have one shape.
    fn lerp(average: FloatTensor<Self>, latest: FloatTensor<Self>, share: f32)
    -> FloatTensor<Self>;
}

impl FusedUpdateOps for Flex {
    fn adam(
        step: AdamStep,
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let parameter = contiguous(parameter);
        let [mut updated, mut first, mut second] = [gradient, first, second].map(writable);
        step.run(
            values(&parameter),
            values_mut(&mut updated),
            values_mut(&mut first),
            values_mut(&mut second),
        );
        (updated, first, second)
    }

    fn momentum(
        step: MomentumStep,
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        velocity: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let parameter = contiguous(parameter);
        let [mut updated, mut velocity] = [gradient, velocity].map(writable);
        step.run(
            values(&parameter),
            values_mut(&mut updated),
            values_mut(&mut velocity),
        );
        (updated, velocity)
    }

    fn lerp(
        average: FloatTensor<Self>,
        latest: FloatTensor<Self>,
        share: f32,
    ) -> FloatTensor<Self> {
        let latest = contiguous(latest);
        let mut average = writable(average);
        update_elements([values_mut(&mut average)], [values(&latest)], &Lerp(share));
        average
    }
}

struct Lerp(f32);

impl ElementUpdate<1, 1> for Lerp {
    #[inline(always)]
    fn update(&self, [average]: [&mut f32; 1], [latest]: [f32; 1]) {
        *average += self.0 * (latest - *average);
    }
}
