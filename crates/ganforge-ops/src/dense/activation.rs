//! What a layer does to each of its sums.
#![expect(
    clippy::inline_always,
    reason = "what is not inlined is not compiled for the machine's vectors"
)]

use burn::tensor::{Tensor, activation};
use pulp::{Arch, Simd, WithSimd};

/// The nonlinearity of a fully connected layer. The derivative of each is a function of its output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DenseActivation {
    /// x.
    Identity,
    /// max(0, x).
    Relu,
    /// x for x ≥ 0, else the slope times x; the slope is above 0.
    LeakyRelu(f32),
    /// Hyperbolic tangent.
    Tanh,
    /// 1 / (1 + e⁻ˣ).
    Sigmoid,
}

impl DenseActivation {
    /// The same by Burn's operations; the shape stays.
    #[must_use]
    pub fn forward<const D: usize>(self, sums: Tensor<D>) -> Tensor<D> {
        match self {
            Self::Identity => sums,
            Self::Relu => activation::relu(sums),
            Self::LeakyRelu(slope) => activation::leaky_relu(sums, f64::from(slope)),
            Self::Tanh => activation::tanh(sums),
            Self::Sigmoid => activation::sigmoid(sums),
        }
    }

    /// In place.
    pub(super) fn apply(self, sums: &mut [f32]) {
        match self {
            Self::Identity => {}
            Self::Relu => map(sums, |x: f32| if x <= 0.0 { 0.0 } else { x }),
            Self::LeakyRelu(slope) => map(sums, |x| if x >= 0.0 { x } else { slope * x }),
            Self::Tanh => map(sums, tanh),
            Self::Sigmoid => sums.iter_mut().for_each(|x| *x = 1.0 / (1.0 + (-*x).exp())),
        }
    }

    /// The gradient by the sums, from that by the outputs.
    ///
    /// # Shapes
    /// - `outputs`, `gradient`, `result`: alike
    pub(super) fn pull_back(self, outputs: &[f32], gradient: &[f32], result: &mut [f32]) {
        match self {
            Self::Identity => result.copy_from_slice(gradient),
            // Written so that a gradient passes where the output is no number, as in Burn.
            Self::Relu => zip(
                outputs,
                gradient,
                result,
                |y: f32, g| {
                    if y <= 0.0 { 0.0 } else { g }
                },
            ),
            Self::LeakyRelu(slope) => zip(outputs, gradient, result, |y: f32, g| {
                if y < 0.0 { slope * g } else { g }
            }),
            Self::Tanh => zip(outputs, gradient, result, |y: f32, g| g * (1.0 - y * y)),
            Self::Sigmoid => zip(outputs, gradient, result, |y: f32, g| g * (y * (1.0 - y))),
        }
    }
}

/// Replaces every value, in vectors as wide as the machine's.
fn map(values: &mut [f32], each: impl Fn(f32) -> f32) {
    struct Map<'a, F>(&'a mut [f32], F);

    impl<F: Fn(f32) -> f32> WithSimd for Map<'_, F> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            for value in self.0 {
                *value = self.1(*value);
            }
        }
    }
    Arch::new().dispatch(Map(values, each));
}

fn zip(one: &[f32], other: &[f32], result: &mut [f32], each: impl Fn(f32, f32) -> f32) {
    struct Zip<'a, F>(&'a [f32], &'a [f32], &'a mut [f32], F);

    impl<F: Fn(f32, f32) -> f32> WithSimd for Zip<'_, F> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            for ((result, one), other) in self.2.iter_mut().zip(self.0).zip(self.1) {
                *result = self.3(*one, *other);
            }
        }
    }
    Arch::new().dispatch(Zip(one, other, result, each));
}

/// Where the quotient below stops growing, a unit in the last place short of 1.
const TANH_SATURATES: f32 = 7.905_311;

/// Beyond it 1 is the nearest float, and the slope there is 0.
const TANH_IS_ONE: f32 = 9.02;

/// A quotient of two polynomials, within a few units in the last place of the hyperbolic tangent (the coefficients of the linear
/// algebra library Eigen). Branchless, so that it runs in vectors.
#[inline(always)]
fn tanh(input: f32) -> f32 {
    let x = input.clamp(-TANH_SATURATES, TANH_SATURATES);
    let square = x * x;
    let odd = -2.760_768_5e-16_f32;
    let odd = odd * square + 2.000_188e-13;
    let odd = odd * square - 8.604_672e-11;
    let odd = odd * square + 5.122_297e-8;
    let odd = odd * square + 1.485_722_4e-5;
    let odd = odd * square + 6.372_619e-4;
    let odd = odd * square + 4.893_524_6e-3;
    let even = 1.198_258_4e-6_f32;
    let even = even * square + 1.185_347_1e-4;
    let even = even * square + 2.268_434_6e-3;
    let even = even * square + 4.893_525e-3;
    let quotient = x * odd / even;
    if input.abs() > TANH_IS_ONE {
        1.0_f32.copysign(input)
    } else {
        quotient
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quotient_is_the_hyperbolic_tangent() {
        for step in -40_000..=40_000 {
            let x = f64::from(step) * 2.5e-4;
            let (found, expected) = (f64::from(tanh(x as f32)), f64::from(x as f32).tanh());
            let off = (found - expected).abs();
            assert!(
                off <= 5e-7 * expected.abs() + 1e-12,
                "{found} for tanh({x})"
            );
        }
        assert!(tanh(f32::NAN).is_nan());
        for infinite in [f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(tanh(infinite).to_bits(), infinite.signum().to_bits());
        }
    }
}
