//! Updates of tensors: by the fused kernels if they support the tensors, else by Burn's operations.

use burn::backend::{Dispatch, DispatchDevice};
use burn::tensor::{DType, Tensor};

use super::adam::AdamStep;
use super::extension::FusedUpdateOps;
use super::momentum::MomentumStep;

/// A parameter and its moments after a step.
pub struct AdamOutput<const D: usize> {
    /// The parameter.
    pub parameter: Tensor<D>,
    /// Exponential moving averages of the gradient and of its square.
    pub moments: [Tensor<D>; 2],
}

impl AdamStep {
    /// Whether the kernels of this crate support the tensors of a step: 32-bit floats on the CPU, of one shape, without gradient tracking.
    ///
    /// # Shapes
    /// - `parameter`, `gradient`, `moments`: one shape, else the answer is false
    #[must_use]
    pub fn supports<const D: usize>(
        parameter: &Tensor<D>,
        gradient: &Tensor<D>,
        moments: &[Tensor<D>; 2],
    ) -> bool {
        let sizes = parameter.dims();
        let supported = |tensor: &Tensor<D>| tensor.dims() == sizes && is_supported(tensor);
        supported(parameter) && supported(gradient) && moments.iter().all(supported)
    }

    /// Updates a parameter. The memory of `moments` and `gradient` is reused for the results if no other tensor shares it.
    ///
    /// # Shapes
    /// - `parameter`, `gradient`, `moments`: one shape
    ///
    /// # Panics
    /// If the kernels do not [support](Self::supports) the tensors.
    #[must_use]
    pub fn apply<const D: usize>(
        self,
        parameter: &Tensor<D>,
        gradient: Tensor<D>,
        moments: [Tensor<D>; 2],
    ) -> AdamOutput<D> {
        assert!(
            Self::supports(parameter, &gradient, &moments),
            "supported tensors"
        );
        let [first, second] = moments.map(Tensor::into_dispatch);
        let (parameter, first, second) = <Dispatch as FusedUpdateOps>::adam(
            self,
            parameter.clone().into_dispatch(),
            gradient.into_dispatch(),
            first,
            second,
        );
        AdamOutput {
            parameter: Tensor::from_dispatch(parameter),
            moments: [first, second].map(Tensor::from_dispatch),
        }
    }
}

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

/// Linear interpolation, `average + share·(latest - average)`. Where both inputs are equal, the output is bitwise equal to them.
///
/// # Shapes
/// - `average`, `latest`, output: alike
///
/// # Examples
///
/// ```
/// use ganforge_ops::burn::tensor::{Device, Tensor};
/// use ganforge_ops::lerp;
///
/// let device = Device::flex();
/// let [average, latest] = [0.0, 4.0].map(|x| Tensor::<1>::from_floats([x], &device));
/// assert_eq!(lerp(average, latest, 0.25).into_scalar::<f32>(), 1.0);
/// ```
#[must_use]
pub fn lerp<const D: usize>(average: Tensor<D>, latest: Tensor<D>, share: f64) -> Tensor<D> {
    if average.dims() == latest.dims() && is_supported(&average) && is_supported(&latest) {
        let (average, latest) = (average.into_dispatch(), latest.into_dispatch());
        return Tensor::from_dispatch(<Dispatch as FusedUpdateOps>::lerp(
            average,
            latest,
            share as f32,
        ));
    }
    average.clone() + (latest - average) * share
}

/// Whether the fused kernels support a tensor: 32-bit floats on the CPU without gradient tracking.
fn is_supported<const D: usize>(tensor: &Tensor<D>) -> bool {
    let device = tensor.device();
    tensor.dtype() == DType::F32 && matches!(device.as_dispatch(), DispatchDevice::Flex(_))
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
