//! A fully connected discriminator of pairs of an image and a latent.

use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig, Linear};
use burn::tensor::{Device, Tensor};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::pixels;
use super::stack::{Stack, StackConfig, drop_out};
use crate::layers::{Activation, Init, Norm, WeightInit, linear};
use crate::networks::defaults::{he, leaky_relu, one, signed, yes};
use crate::{
    ConfigError, Discriminator, DiscriminatorInput, DiscriminatorOutput, ImageShape, size,
};

/// `[discriminator] kind = "mlp"` of a system of pairs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointMlpDiscriminatorConfig {
    /// Units of each hidden layer, from the image to the score.
    pub hidden: Vec<usize>,
    /// The hidden layer whose input the latent is appended to, from 1. It equals a linear layer of the latent alone, whose output
    /// is added before norm and activation.
    #[serde(default = "one")]
    pub code_layer: usize,
    /// Units of hidden layers that the latent passes before it is appended.
    #[serde(default)]
    pub code_hidden: Vec<usize>,
    /// Linear pieces per maxout unit; 1 for linear layers with `activation`.
    #[serde(default = "one")]
    pub maxout_pieces: usize,
    /// Activation of hidden layers without maxout.
    #[serde(default = "leaky_relu")]
    pub activation: Activation,
    /// Norm before each hidden activation: none, batch or unscaled-batch.
    #[serde(default)]
    pub norm: Norm,
    /// Whether the first hidden layer has the norm, too.
    #[serde(default = "yes")]
    pub norm_first: bool,
    /// The range `[lowest, highest]` that pixels are mapped to from [-1, 1], before dropout and the first layer.
    #[serde(default = "signed")]
    pub input_range: [f64; 2],
    /// Dropout rate of pixels and latents in training, in [0, 1).
    #[serde(default)]
    pub dropout_input: f64,
    /// Dropout rate of hidden units in training, in [0, 1).
    #[serde(default)]
    pub dropout_hidden: f64,
    /// Initial weights.
    #[serde(default = "he")]
    pub init: Init,
}

/// A fully connected discriminator of pairs. It panics where an input has no code.
#[derive(Module, Debug)]
pub struct JointMlpDiscriminator {
    /// Layers of the image alone.
    image: Stack,
    /// Layers of the latent alone.
    code: Stack,
    /// Layers of both.
    joint: Stack,
    score: Linear,
    dropout_input: Dropout,
    #[module(skip)]
    input_range: [f64; 2],
}

impl JointMlpDiscriminatorConfig {
    /// A network with hidden layers of these sizes; other fields have their defaults.
    #[must_use]
    pub fn new(hidden: impl Into<Vec<usize>>) -> Self {
        Self {
            hidden: hidden.into(),
            code_layer: one(),
            code_hidden: Vec::new(),
            maxout_pieces: one(),
            activation: leaky_relu(),
            norm: Norm::default(),
            norm_first: yes(),
            input_range: signed(),
            dropout_input: 0.0,
            dropout_hidden: 0.0,
            init: he(),
        }
    }

    /// Builds the network for images of the shape `image` and latents of `latent` coordinates.
    ///
    /// # Errors
    /// A layer of 0 units, a `code_layer` that is no hidden layer, an empty input range, a dropout rate outside [0, 1), a norm of
    /// another kind, initial weights out of range, or too many parameters.
    pub fn init(
        &self,
        image: ImageShape,
        latent: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<JointMlpDiscriminator, ConfigError> {
        for (key, hidden) in [("hidden", &self.hidden), ("code_hidden", &self.code_hidden)] {
            let mut units = hidden.iter();
            units.try_for_each(|&units| ConfigError::at_least_one(key, units))?;
        }
        let layers = self.hidden.len().max(1);
        if !(1..=layers).contains(&self.code_layer) {
            let allowed = format!("1 to {layers}, a hidden layer");
            return Err(ConfigError::new("code_layer", self.code_layer, allowed));
        }
        ConfigError::rate("dropout_input", self.dropout_input)?;
        let stack = self.stack();
        stack.check()?;
        ConfigError::range("input_range", self.input_range)?;
        self.init.check()?;
        size::check(self, |config| Some(config.size(image, latent)))?;
        let mut init = WeightInit::new(self.init, rng, device);
        let (alone, both) = self.split();
        let image_features = alone.last().copied().unwrap_or(image.values());
        let code_features = self.code_hidden.last().copied().unwrap_or(latent);
        let columns = image_features + code_features;
        Ok(JointMlpDiscriminator {
            image: stack.init(image.values(), alone, self.norm_first, &mut init),
            code: stack.init(latent, &self.code_hidden, self.norm_first, &mut init),
            joint: stack.init(columns, both, self.norm_joint(), &mut init),
            score: init.linear(both.last().copied().unwrap_or(columns), 1, true),
            dropout_input: DropoutConfig::new(self.dropout_input).init(),
            input_range: self.input_range,
        })
    }

    pub(super) fn stack(&self) -> StackConfig {
        StackConfig {
            pieces: self.maxout_pieces,
            activation: self.activation,
            norm: self.norm,
            dropout: self.dropout_hidden,
        }
    }

    /// Hidden layers of the image alone, and those of both; a `code_layer` out of range is taken to the nearest.
    pub(super) fn split(&self) -> (&[usize], &[usize]) {
        let before = self.code_layer.saturating_sub(1).min(self.hidden.len());
        self.hidden.split_at(before)
    }

    /// Whether any layer has a norm.
    pub(crate) fn has_norm(&self) -> bool {
        let stack = self.stack();
        let (alone, both) = self.split();
        [alone, &self.code_hidden]
            .into_iter()
            .any(|hidden| stack.normalises(hidden, self.norm_first))
            || stack.normalises(both, self.norm_joint())
    }

    /// Whether the first layer of both has the norm.
    pub(super) fn norm_joint(&self) -> bool {
        self.norm_first || self.code_layer > 1
    }
}

impl Discriminator for JointMlpDiscriminator {
    fn forward(&self, input: DiscriminatorInput) -> DiscriminatorOutput {
        let DiscriminatorInput { images, code, .. } = input;
        let code = code.expect("a discriminator of pairs takes a code with each image");
        let pixels = drop_out(&self.dropout_input, pixels(images, self.input_range));
        let code = drop_out(&self.dropout_input, code);
        let both = vec![self.image.forward(pixels), self.code.forward(code)];
        let features = self.joint.forward(Tensor::cat(both, 1));
        DiscriminatorOutput {
            logits: linear(&self.score, features.clone()),
            features,
            class_logits: None,
        }
    }
}
