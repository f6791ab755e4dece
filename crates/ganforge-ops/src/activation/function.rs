//! The scalar functions, as types, so that each is compiled to a loop of its own.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched loop is compiled for its instruction set"
)]

use super::exponential;

/// A function and its derivative. Both return NaN for NaN.
pub trait Function: Copy + Send + Sync {
    /// Cost of one element in floating-point operations; at least 4, because even a copy is limited by memory bandwidth.
    const COST: f64;

    fn value(self, input: f32) -> f32;

    /// The gradient with respect to the input, from the output and the gradient with respect to it.
    fn gradient(self, output: f32, gradient: f32) -> f32;
}

/// x.
#[derive(Clone, Copy)]
pub struct Linear;

/// max(0, x).
#[derive(Clone, Copy)]
pub struct Relu;

/// x for x ≥ 0, else x times a positive slope.
#[derive(Clone, Copy)]
pub struct Leaky(pub f32);

/// Hyperbolic tangent.
#[derive(Clone, Copy)]
pub struct Tanh;

/// 1 / (1 + e⁻ˣ).
#[derive(Clone, Copy)]
pub struct Sigmoid;

impl Function for Linear {
    const COST: f64 = 4.0;

    #[inline(always)]
    fn value(self, input: f32) -> f32 {
        input
    }

    #[inline(always)]
    fn gradient(self, _: f32, gradient: f32) -> f32 {
        gradient
    }
}

impl Function for Relu {
    const COST: f64 = 4.0;

    #[inline(always)]
    fn value(self, input: f32) -> f32 {
        if input <= 0.0 { 0.0 } else { input }
    }

    #[inline(always)]
    fn gradient(self, output: f32, gradient: f32) -> f32 {
        if output <= 0.0 { 0.0 } else { gradient }
    }
}

impl Function for Leaky {
    const COST: f64 = 4.0;

    #[inline(always)]
    fn value(self, input: f32) -> f32 {
        if input < 0.0 { self.0 * input } else { input }
    }

    #[inline(always)]
    fn gradient(self, output: f32, gradient: f32) -> f32 {
        if output < 0.0 {
            self.0 * gradient
        } else {
            gradient
        }
    }
}

impl Function for Tanh {
    const COST: f64 = 16.0;

    #[inline(always)]
    fn value(self, input: f32) -> f32 {
        exponential::tanh(input)
    }

    #[inline(always)]
    fn gradient(self, output: f32, gradient: f32) -> f32 {
        gradient * (1.0 - output * output)
    }
}

impl Function for Sigmoid {
    const COST: f64 = 16.0;

    #[inline(always)]
    fn value(self, input: f32) -> f32 {
        exponential::sigmoid(input)
    }

    #[inline(always)]
    fn gradient(self, output: f32, gradient: f32) -> f32 {
        gradient * output * (1.0 - output)
    }
}

/// Evaluates an expression with the [`Function`] that a [`Rectifier`](super::Rectifier) names.
macro_rules! with_rectifier {
    ($rectifier:expr, $function:ident => $body:expr) => {
        match $rectifier {
            $crate::activation::Rectifier::Linear => {
                let $function = $crate::activation::function::Linear;
                $body
            }
            $crate::activation::Rectifier::Relu => {
                let $function = $crate::activation::function::Relu;
                $body
            }
            $crate::activation::Rectifier::Leaky(slope) => {
                let $function = $crate::activation::function::Leaky(slope);
                $body
            }
        }
    };
}

/// Evaluates an expression with the [`Function`] that a [`Nonlinearity`](super::Nonlinearity) names.
macro_rules! with_function {
    ($nonlinearity:expr, $function:ident => $body:expr) => {
        match $nonlinearity {
            $crate::activation::Nonlinearity::Rectifier(rectifier) => {
                $crate::activation::function::with_rectifier!(rectifier, $function => $body)
            }
            $crate::activation::Nonlinearity::Tanh => {
                let $function = $crate::activation::function::Tanh;
                $body
            }
            $crate::activation::Nonlinearity::Sigmoid => {
                let $function = $crate::activation::function::Sigmoid;
                $body
            }
        }
    };
}

pub(crate) use {with_function, with_rectifier};
