//! One step of gradient descent with momentum that updates velocity and parameter together.
#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched loop is compiled for its instruction set"
)]

use super::parallel::{ElementUpdate, update_elements};

/// The coefficients of a step.
#[derive(Clone, Copy, Debug)]
pub struct MomentumStep {
    /// Learning rate.
    pub(super) rate: f32,
    pub(super) momentum: f32,
}

impl MomentumStep {
    /// Overwrites `gradient` with the updated parameter.
    pub(super) fn run(self, parameter: &[f32], gradient: &mut [f32], velocity: &mut [f32]) {
        update_elements([gradient, velocity], [parameter], &self);
    }
}

impl ElementUpdate<2, 1> for MomentumStep {
    #[inline(always)]
    fn update(&self, [gradient, velocity]: [&mut f32; 2], [parameter]: [f32; 1]) {
        *velocity = *gradient * self.rate + *velocity * self.momentum;
        *gradient = parameter - *velocity;
    }
}
