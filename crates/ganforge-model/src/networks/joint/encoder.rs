//! A fully connected encoder.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::encoder_noise::EncoderNoise;
use super::pixels;
use super::stack::{Stack, StackConfig};
use crate::layers::{Activation, Init, Norm, OutputActivation, WeightInit, linear};
use crate::networks::defaults::{he, leaky_relu, signed, yes};
use crate::{ConfigError, ImageShape, size};

/// `[encoder] kind = "mlp"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MlpEncoderConfig {
    /// Units of each hidden layer, from the image to the latent.
    pub hidden: Vec<usize>,
    /// How the latent is random.
    #[serde(default)]
    pub noise: EncoderNoise,
    /// Activation of hidden layers.
    #[serde(default = "leaky_relu")]
    pub activation: Activation,
    /// Norm before each hidden activation: none, batch or unscaled-batch.
    #[serde(default)]
    pub norm: Norm,
    /// Whether the first hidden layer has the norm, too.
    #[serde(default = "yes")]
    pub norm_first: bool,
    /// The range `[lowest, highest]` that pixels are mapped to from [-1, 1], before the first layer.
    #[serde(default = "signed")]
    pub input_range: [f64; 2],
    /// Activation of the latent, which bounds it as uniform latents are.
    #[serde(default = "linear_output")]
    pub output: OutputActivation,
    /// Initial weights.
    #[serde(default = "he")]
    pub init: Init,
}

/// A fully connected encoder.
#[derive(Module, Debug)]
pub struct MlpEncoder {
    hidden: Stack,
    output: Linear,
    #[module(skip)]
    noise: EncoderNoise,
    #[module(skip)]
    activation: OutputActivation,
    #[module(skip)]
    input_range: [f64; 2],
    latent: usize,
}

impl MlpEncoderConfig {
    /// A network with hidden layers of these sizes; other fields have their defaults.
    #[must_use]
    pub fn new(hidden: impl Into<Vec<usize>>) -> Self {
        Self {
            hidden: hidden.into(),
            noise: EncoderNoise::default(),
            activation: leaky_relu(),
            norm: Norm::default(),
            norm_first: yes(),
            input_range: signed(),
            output: linear_output(),
            init: he(),
        }
    }

    /// Builds the network for images of the shape `image` and latents of `latent` coordinates.
    ///
    /// # Errors
    /// A layer of 0 units, an empty input range, a norm of another kind, initial weights out of range, or too many parameters.
    pub fn init(
        &self,
        image: ImageShape,
        latent: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<MlpEncoder, ConfigError> {
        let mut units = self.hidden.iter();
        units.try_for_each(|&units| ConfigError::at_least_one("hidden", units))?;
        let stack = self.stack();
        stack.check()?;
        ConfigError::range("input_range", self.input_range)?;
        self.init.check()?;
        size::check(self, |config| Some(config.size(image, latent)))?;
        let mut init = WeightInit::new(self.init, rng, device);
        let inputs = self.inputs(image, latent);
        let last = self.hidden.last().copied().unwrap_or(inputs);
        Ok(MlpEncoder {
            hidden: stack.init(inputs, &self.hidden, self.norm_first, &mut init),
            output: init.linear(last, self.outputs(latent), true),
            noise: self.noise,
            activation: self.output,
            input_range: self.input_range,
            latent,
        })
    }

    pub(super) fn stack(&self) -> StackConfig {
        StackConfig {
            pieces: 1,
            activation: self.activation,
            norm: self.norm,
            dropout: 0.0,
        }
    }

    /// Whether any layer has a norm.
    pub(crate) fn has_norm(&self) -> bool {
        self.stack().normalises(&self.hidden, self.norm_first)
    }

    /// Columns of the first layer's input.
    pub(super) fn inputs(&self, image: ImageShape, latent: usize) -> usize {
        match self.noise {
            EncoderNoise::Input => image.values().saturating_add(latent),
            EncoderNoise::None | EncoderNoise::Gaussian => image.values(),
        }
    }

    /// Columns of the last layer's output: the latent, or its mean and the logarithm of its standard deviation.
    pub(super) fn outputs(&self, latent: usize) -> usize {
        match self.noise {
            EncoderNoise::Gaussian => latent.saturating_mul(2),
            EncoderNoise::None | EncoderNoise::Input => latent,
        }
    }
}

impl MlpEncoder {
    /// How the latent of an image is random.
    #[must_use]
    pub fn noise(&self) -> EncoderNoise {
        self.noise
    }

    /// The latents of images.
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, height, width]`
    /// - `noise`: `[batch, latent]`, ε; without it, ε = 0. A network whose `noise` is none ignores it.
    /// - output: `[batch, latent]`
    #[must_use]
    pub fn forward(&self, images: Tensor<4>, noise: Option<Tensor<2>>) -> Tensor<2> {
        let [batch, ..] = images.dims();
        let mut rows = pixels(images, self.input_range);
        if self.noise == EncoderNoise::Input {
            let zeros = || Tensor::zeros([batch, self.latent], &rows.device());
            let noise = noise.clone().unwrap_or_else(zeros);
            rows = Tensor::cat(vec![rows, noise], 1);
        }
        let output = linear(&self.output, self.hidden.forward(rows));
        if self.noise != EncoderNoise::Gaussian {
            return self.activation.forward(output);
        }
        let mean = output.clone().narrow(1, 0, self.latent);
        let latent = match noise {
            None => mean,
            Some(noise) => mean + output.narrow(1, self.latent, self.latent).exp() * noise,
        };
        self.activation.forward(latent)
    }
}

fn linear_output() -> OutputActivation {
    OutputActivation::Linear
}
