//! Nonlinearities, each one pass over its numbers forward and one backward, on all threads.
//!
//! The way back is found from the output: the sign of what a rectifier gives is that of what it was given, and the derivatives of tanh and
//! sigmoid are polynomials of their values. So the input need not be kept, and where nobody else holds it, it is overwritten.

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

/// A function of each number by itself.
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
    /// None at all.
    pub const LINEAR: Self = Self::Rectifier(Rectifier::Linear);
}

/// A function that is linear on either side of zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rectifier {
    /// The identity.
    Linear,
    /// max(0, x), of derivative 0 at 0.
    Relu,
    /// x for x ≥ 0, below it x times this slope, which is positive; of derivative 1 at 0.
    Leaky(f32),
}
