//! Activation functions.

use burn::tensor::{Tensor, activation};
use ganforge_ops::{Nonlinearity, Rectifier};
use serde::{Deserialize, Serialize};

/// The activation of hidden layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// max(0, x).
    Relu,
    /// x for x > 0, else 0.2·x (the slope of DCGAN, Radford et al. 2015).
    LeakyRelu,
    /// log(1 + eˣ).
    Softplus,
    /// Hyperbolic tangent.
    Tanh,
    /// x for x > 0, else eˣ - 1 (Clevert et al. 2016, "Fast and Accurate Deep Network Learning by Exponential Linear
    /// Units").
    Elu,
}

/// Slope of [`Activation::LeakyRelu`] below zero.
pub(crate) const LEAK: f64 = 0.2;

impl Activation {
    /// Applies the activation to each element.
    #[must_use]
    pub fn forward<const D: usize>(self, input: Tensor<D>) -> Tensor<D> {
        match self {
            Self::Relu => ganforge_ops::relu(input),
            Self::LeakyRelu => ganforge_ops::leaky_relu(input, LEAK),
            Self::Softplus => activation::softplus(input, 1.0),
            Self::Tanh => ganforge_ops::tanh(input),
            Self::Elu => activation::elu(input, 1.0),
        }
    }

    /// The derivative at each element of `input`.
    ///
    /// For a smooth activation it is differentiable with respect to `input`. For a rectifier it is piecewise constant, and
    /// its own derivative is zero almost everywhere.
    #[must_use]
    pub fn derivative<const D: usize>(self, input: Tensor<D>) -> Tensor<D> {
        match self {
            Self::Relu => input.greater_scalar(0.0).float(),
            Self::LeakyRelu => input.greater_scalar(0.0).float() * (1.0 - LEAK) + LEAK,
            Self::Softplus => ganforge_ops::sigmoid(input),
            Self::Tanh => ganforge_ops::tanh(input).square().neg() + 1.0,
            // e^min(x, 0).
            Self::Elu => ganforge_ops::relu(input.neg()).neg().exp(),
        }
    }

    /// The derivative at each element of the input, computed from the output.
    ///
    /// It is as accurate as [`derivative`](Self::derivative) unless [`needs_input`](Self::needs_input).
    pub(crate) fn derivative_from_output<const D: usize>(self, output: Tensor<D>) -> Tensor<D> {
        match self {
            // The output of a rectifier is positive where its input is.
            Self::Relu | Self::LeakyRelu => self.derivative(output),
            Self::Softplus => output.neg().exp().neg() + 1.0,
            Self::Tanh => output.square().neg() + 1.0,
            // 1 + min(y, 0).
            Self::Elu => ganforge_ops::relu(output.neg()).neg() + 1.0,
        }
    }

    /// True if the derivative loses accuracy when computed from the output.
    pub(crate) fn needs_input(self) -> bool {
        match self {
            Self::Relu | Self::LeakyRelu | Self::Tanh => false,
            Self::Softplus | Self::Elu => true,
        }
    }

    /// The activation as an argument of the fused fully connected layer, if that supports it.
    pub(crate) fn nonlinearity(self) -> Option<Nonlinearity> {
        match self {
            Self::Tanh => Some(Nonlinearity::Tanh),
            _ => self.rectifier().map(Nonlinearity::Rectifier),
        }
    }

    /// The activation as an argument of the fused batch norm, if that supports it.
    pub(crate) fn rectifier(self) -> Option<Rectifier> {
        match self {
            Self::Relu => Some(Rectifier::Relu),
            Self::LeakyRelu => Some(Rectifier::Leaky(LEAK as f32)),
            Self::Softplus | Self::Tanh | Self::Elu => None,
        }
    }
}

/// The activation of a generator's last layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutputActivation {
    /// Hyperbolic tangent, in [-1, 1].
    #[default]
    Tanh,
    /// 2σ(x) - 1 = tanh(x / 2), in [-1, 1].
    Sigmoid,
    /// The identity, for points in the plane.
    Linear,
}

/// Initial biases of the last layer of a generator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutputBias {
    /// Zero.
    #[default]
    Zero,
    /// Biases for which zero weights give the mean image of the data, as in the code of Goodfellow et al. 2014.
    MeanImage,
}

impl OutputActivation {
    /// The name in a recipe.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tanh => "tanh",
            Self::Sigmoid => "sigmoid",
            Self::Linear => "linear",
        }
    }

    /// Applies the activation to each element.
    #[must_use]
    pub fn forward<const D: usize>(self, input: Tensor<D>) -> Tensor<D> {
        match self {
            Self::Tanh => ganforge_ops::tanh(input),
            Self::Sigmoid => ganforge_ops::sigmoid(input) * 2.0 - 1.0,
            Self::Linear => input,
        }
    }

    /// The derivative at each element of an input that became `output`; the shape stays.
    pub(crate) fn derivative_from_output<const D: usize>(self, output: Tensor<D>) -> Tensor<D> {
        match self {
            Self::Tanh => output.square().neg() + 1.0,
            // y = 2σ - 1, so y' = 2σ(1 - σ) = (1 - y²) / 2.
            Self::Sigmoid => (output.square().neg() + 1.0) * 0.5,
            Self::Linear => output.ones_like(),
        }
    }

    /// The input for `output`. For a bounded activation, `output` is clamped to within 1e-7 of its range, as in the code of
    /// Goodfellow et al. 2014.
    #[must_use]
    pub fn inverse(self, output: f64) -> f64 {
        if self == Self::Linear {
            return output;
        }
        let share = output.midpoint(1.0).clamp(1e-7, 1.0 - 1e-7);
        let logit = (share / (1.0 - share)).ln();
        match self {
            Self::Sigmoid => logit,
            Self::Tanh => logit / 2.0,
            Self::Linear => output,
        }
    }
}
