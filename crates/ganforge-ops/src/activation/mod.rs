//! Nonlinearities, each one multithreaded pass over memory forward and one backward.
//!
//! The gradient is computed from the output: a rectifier's output has the sign of its input, and the derivatives of tanh and sigmoid are polynomials
//! of their values. So the input need not be stored, and its memory is reused for the output if no other tensor shares it.

#[cfg(feature = "autodiff")]
mod autodiff;
mod exponential;
mod extension;
pub(crate) mod function;
mod passes;
mod tensor;

#[cfg(feature = "autodiff")]
pub use extension::ActivationGradient;
pub use extension::ActivationOps;
pub(crate) use function::{Function, with_function, with_rectifier};
pub(crate) use passes::{backward, forward_in_place};
pub use tensor::{activate, leaky_relu, relu, sigmoid, tanh};

/// An elementwise function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Nonlinearity {
    /// Piecewise linear.
    Rectifier(Rectifier),
    /// Hyperbolic tangent.
    Tanh,
    /// 1 / (1 + e⁻ˣ).
    Sigmoid,
}

impl Nonlinearity {
    /// The identity.
    pub const LINEAR: Self = Self::Rectifier(Rectifier::Linear);
}

/// A function that is linear on each side of zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rectifier {
    /// The identity.
    Linear,
    /// max(0, x); its derivative at 0 is 0.
    Relu,
    /// x for x ≥ 0, else x times this slope, which must be positive; the derivative at 0 is 1.
    Leaky(f32),
}
