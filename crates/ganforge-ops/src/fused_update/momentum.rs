//! One step of gradient descent with momentum: velocity and parameter together.
#![expect(
    clippy::inline_always,
    reason = "what is not inlined is not compiled for the machine's vectors"
)]

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use super::extension::FusedUpdateOps;
use super::is_supported;
use super::parallel::{ElementUpdate, update_elements};

/// v ← μ·v + ε·g and θ ← θ - v (Polyak 1964), θ and v being what is returned: μ is the momentum and ε the rate.
///
/// # Shapes
/// - `parameter`, `gradient`, `velocity`, outputs: alike
#[must_use]
pub fn momentum_step<const D: usize>(
    parameter: Tensor<D>,
    gradient: Tensor<D>,
    velocity: Tensor<D>,
    rate: f64,
    momentum: f64,
) -> [Tensor<D>; 2] {
    let sizes = parameter.dims();
    let supported = |tensor: &Tensor<D>| tensor.dims() == sizes && is_supported(tensor);
    if supported(&parameter) && supported(&gradient) && supported(&velocity) {
        let (parameter, velocity) = <Dispatch as FusedUpdateOps>::momentum(
            MomentumStep {
                rate: rate as f32,
                momentum: momentum as f32,
            },
            parameter.into_dispatch(),
            gradient.into_dispatch(),
            velocity.into_dispatch(),
        );
        return [parameter, velocity].map(Tensor::from_dispatch);
    }
    let velocity = gradient * rate + velocity * momentum;
    [parameter - velocity.clone(), velocity]
}

/// The numbers of a step.
#[derive(Clone, Copy, Debug)]
pub struct MomentumStep {
    /// Learning rate.
    rate: f32,
    momentum: f32,
}

impl MomentumStep {
    /// `gradient` becomes the parameter after the step.
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

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;

    /// Above a chunk of the sweep, and no multiple of it.
    const SIZES: [usize; 2] = [301, 257];

    #[test]
    fn the_sweep_gives_the_bits_of_the_operations_one_by_one() {
        let device = Device::flex();
        let wave = |phase: f32| -> Tensor<2> {
            let at = |at: usize| (at as f32 * 1.7 + phase).sin();
            let values: Vec<f32> = (0..SIZES[0] * SIZES[1]).map(at).collect();
            Tensor::from_data(TensorData::new(values, SIZES), &device)
        };
        let [parameter, gradient, velocity] = [0.1, 0.2, 0.3].map(wave);
        let moved = gradient.clone() * 0.05 + velocity.clone() * 0.7;
        let expected = [parameter.clone() - moved.clone(), moved];
        let found = momentum_step(parameter, gradient, velocity, 0.05, 0.7);
        for (found, expected) in found.into_iter().zip(expected) {
            assert_eq!(found.into_data(), expected.into_data());
        }
    }
}
