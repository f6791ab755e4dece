//! One step of gradient descent with momentum that updates velocity and parameter together.
#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched loop is compiled for its instruction set"
)]

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use super::extension::FusedUpdateOps;
use super::is_supported;
use super::parallel::{ElementUpdate, update_elements};

/// One step of gradient descent with momentum (Polyak 1964): v ← μ·v + ε·g, θ ← θ - v, with `momentum` μ and `rate` ε. Returns `[θ, v]`.
///
/// # Shapes
/// - `parameter`, `gradient`, `velocity`, outputs: one shape
///
/// # Examples
///
/// ```
/// use ganforge_ops::burn::tensor::{Device, Tensor};
/// use ganforge_ops::momentum_step;
///
/// let device = Device::flex();
/// let [parameter, gradient] = [1.0, 2.0].map(|x| Tensor::<1>::from_floats([x], &device));
/// let velocity = Tensor::zeros([1], &device);
/// let [parameter, velocity] = momentum_step(parameter, gradient, velocity, 0.25, 0.9);
/// assert_eq!(parameter.into_scalar::<f32>(), 0.5);
/// assert_eq!(velocity.into_scalar::<f32>(), 0.5);
/// ```
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

/// The coefficients of a step.
#[derive(Clone, Copy, Debug)]
pub struct MomentumStep {
    /// Learning rate.
    rate: f32,
    momentum: f32,
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

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;

    /// More elements than a chunk, and not a multiple of it.
    const SIZES: [usize; 2] = [301, 257];

    #[test]
    fn the_fused_step_is_bitwise_equal_to_separate_operations() {
        let device = Device::flex();
        let wave = |phase: f32| -> Tensor<2> {
            let at = |at: usize| (at as f32 * 1.7 + phase).sin();
            let values: Vec<f32> = (0..SIZES[0] * SIZES[1]).map(at).collect();
            Tensor::from_data(TensorData::new(values, SIZES), &device)
        };
        let [parameter, gradient, velocity] = [0.1, 0.2, 0.3].map(wave);
        let velocity_after = gradient.clone() * 0.05 + velocity.clone() * 0.7;
        let expected = [parameter.clone() - velocity_after.clone(), velocity_after];
        let found = momentum_step(parameter, gradient, velocity, 0.05, 0.7);
        for (found, expected) in found.into_iter().zip(expected) {
            assert_eq!(found.into_data(), expected.into_data());
        }
    }
}
