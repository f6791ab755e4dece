//! Nonlinearities a recipe can name.

use burn::tensor::{Tensor, activation};
use ganforge_ops::{Nonlinearity, Rectifier};
use serde::{Deserialize, Serialize};

/// The nonlinearity between hidden layers.
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
    /// Applies the nonlinearity elementwise; the shape stays.
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

    /// The derivative at each element of `input`; the shape stays.
    ///
    /// That of a rectifier is piecewise constant, so nothing can be differentiated through it, and nothing is lost
    /// but a set of measure zero. That of a smooth activation is a smooth function of its input.
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

    /// The derivative at each element of an input that became `output`; the shape stays.
    ///
    /// As differentiable as [`derivative`](Self::derivative), and as accurate unless [`needs_input`](Self::needs_input).
    pub(crate) fn derivative_from_output<const D: usize>(self, output: Tensor<D>) -> Tensor<D> {
        match self {
            // A rectifier keeps the sign.
            Self::Relu | Self::LeakyRelu => self.derivative(output),
            Self::Softplus => output.neg().exp().neg() + 1.0,
            Self::Tanh => output.square().neg() + 1.0,
            // 1 + min(y, 0).
            Self::Elu => ganforge_ops::relu(output.neg()).neg() + 1.0,
        }
    }

    /// Whether digits of the slope are lost without the input.
    pub(crate) fn needs_input(self) -> bool {
        match self {
            Self::Relu | Self::LeakyRelu | Self::Tanh => false,
            Self::Softplus | Self::Elu => true,
        }
    }

    /// What may follow a fully connected layer in one operation with it, if it is of that kind.
    pub(crate) fn nonlinearity(self) -> Option<Nonlinearity> {
        match self {
            Self::Tanh => Some(Nonlinearity::Tanh),
            _ => self.rectifier().map(Nonlinearity::Rectifier),
        }
    }

    /// What may follow a batch norm in one operation with it, if it is of that kind.
    pub(crate) fn rectifier(self) -> Option<Rectifier> {
        match self {
            Self::Relu => Some(Rectifier::Relu),
            Self::LeakyRelu => Some(Rectifier::Leaky(LEAK as f32)),
            Self::Softplus | Self::Tanh | Self::Elu => None,
        }
    }
}

/// How a generator's last layer becomes an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutputActivation {
    /// Into [-1, 1] directly.
    #[default]
    Tanh,
    /// A sigmoid in [0, 1], shifted and scaled to [-1, 1]: the same curve as tanh at half the slope.
    Sigmoid,
    /// Unbounded, for points in the plane.
    Linear,
}

/// Where the biases of the last layer start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutputBias {
    /// At zero.
    #[default]
    Zero,
    /// Where they alone make the mean image of the data: the marginals of Goodfellow et al. 2014's code.
    MeanImage,
}

impl OutputActivation {
    /// Applies the output map elementwise; the shape stays.
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

    /// What the map takes to `output`, as nearly as a bounded map comes to its bounds: within 1e-7 of its range, as in the
    /// code of Goodfellow et al. 2014.
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
