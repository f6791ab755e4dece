//! A fully connected discriminator.

use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig, Linear};
use burn::tensor::{Device, Tensor};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{check_hidden, widths};
use crate::layers::{
    Activation, Conditioning, Head, Init, Maxout, MinibatchFeatures, Traced, TracedOutput,
    WeightInit,
};
use crate::networks::defaults::{he, leaky_relu, one, signed};
use crate::{ConfigError, DiscriminatorInput, ImageShape, TracedDiscriminator, size};

/// `[discriminator] kind = "mlp"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MlpDiscriminatorConfig {
    /// Units of each hidden layer, from the image to the score.
    pub hidden: Vec<usize>,
    /// Linear pieces per maxout unit; 1 for linear layers with `activation`.
    #[serde(default = "one")]
    pub maxout_pieces: usize,
    /// Activation of hidden layers without maxout.
    #[serde(default = "leaky_relu")]
    pub activation: Activation,
    /// The range `[lowest, highest]` that pixels are mapped to from [-1, 1], before dropout and the first layer.
    #[serde(default = "signed")]
    pub input_range: [f64; 2],
    /// Dropout rate of pixels in training, in [0, 1).
    #[serde(default)]
    pub dropout_input: f64,
    /// Dropout rate of hidden units in training, in [0, 1).
    #[serde(default)]
    pub dropout_hidden: f64,
    /// Conditioning on the class; concatenation by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditioning: Option<Conditioning>,
    /// Minibatch features; none by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minibatch_features: Option<MinibatchFeatures>,
    /// Initial weights.
    #[serde(default = "he")]
    pub init: Init,
}

/// A fully connected discriminator.
#[derive(Module, Debug)]
pub struct MlpDiscriminator {
    plain: Vec<Linear>,
    maxout: Vec<Maxout>,
    head: Head,
    dropout_input: Dropout,
    dropout_hidden: Dropout,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    input_range: [f64; 2],
    input_classes: usize,
}

impl MlpDiscriminatorConfig {
    /// A network with hidden layers of these sizes; other fields have their defaults.
    #[must_use]
    pub fn new(hidden: impl Into<Vec<usize>>) -> Self {
        Self {
            hidden: hidden.into(),
            maxout_pieces: one(),
            activation: leaky_relu(),
            input_range: signed(),
            dropout_input: 0.0,
            dropout_hidden: 0.0,
            conditioning: None,
            minibatch_features: None,
            init: he(),
        }
    }

    /// Builds the network; see [`DiscriminatorArchitecture::init`](crate::DiscriminatorArchitecture::init).
    ///
    /// # Errors
    /// A layer of 0 units, an empty input range, a dropout rate outside [0, 1), initial weights out of range, or too many
    /// parameters.
    pub fn init(
        &self,
        image: ImageShape,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<MlpDiscriminator, ConfigError> {
        check_hidden(&self.hidden)?;
        ConfigError::at_least_one("maxout_pieces", self.maxout_pieces)?;
        ConfigError::range("input_range", self.input_range)?;
        ConfigError::rate("dropout_input", self.dropout_input)?;
        ConfigError::rate("dropout_hidden", self.dropout_hidden)?;
        self.init.check()?;
        size::check(self, |config| Some(config.size(image, classes)))?;
        let mut init = WeightInit::new(self.init, rng, device);
        let conditioning =
            Conditioning::choose(self.conditioning, Conditioning::Concatenation, classes)?;
        let input_classes = conditioning.input_classes(classes);
        let inputs = image.values() + input_classes;
        let mut plain = Vec::new();
        let mut maxout = Vec::new();
        for [inputs, outputs] in widths(inputs, &self.hidden) {
            if self.maxout_pieces == 1 {
                plain.push(init.linear(inputs, outputs, true));
            } else {
                maxout.push(Maxout::new(inputs, outputs, self.maxout_pieces, &mut init));
            }
        }
        let last = self.hidden.last().copied().unwrap_or(inputs);
        Ok(MlpDiscriminator {
            plain,
            maxout,
            head: Head::new(
                last,
                conditioning,
                self.minibatch_features,
                classes,
                &mut init,
            )?,
            dropout_input: DropoutConfig::new(self.dropout_input).init(),
            dropout_hidden: DropoutConfig::new(self.dropout_hidden).init(),
            activation: self.activation,
            input_range: self.input_range,
            input_classes,
        })
    }
}

impl TracedDiscriminator for MlpDiscriminator {
    fn trace(&self, input: DiscriminatorInput) -> TracedOutput<'_> {
        let class = input.class.clone();
        let rows = self.layers(input, |_| ());
        self.head.trace(rows, class)
    }

    /// Every hidden layer after its activation.
    fn hidden_layers(&self, input: DiscriminatorInput) -> Vec<Tensor<4>> {
        let mut layers = Vec::with_capacity(self.plain.len() + self.maxout.len());
        let _ = self.layers(input, |rows| {
            layers.push(rows.value().unsqueeze_dims(&[-1, -1]));
        });
        layers
    }
}

impl MlpDiscriminator {
    /// The last hidden layer; `visit` is called with each.
    fn layers(
        &self,
        input: DiscriminatorInput,
        mut visit: impl FnMut(&Traced<'_, 2>),
    ) -> Traced<'_, 2> {
        let DiscriminatorInput { images, class, .. } = input;
        let [lowest, highest] = self.input_range;
        let mut rows = Traced::new(images)
            .flatten()
            .affine((highest - lowest) / 2.0, lowest.midpoint(highest))
            .dropout(&self.dropout_input);
        if self.input_classes > 0 {
            rows = rows.append_one_hot(class, self.input_classes);
        }
        for layer in &self.plain {
            rows = rows.linear_activated(layer, self.activation);
            rows = rows.dropout(&self.dropout_hidden);
            visit(&rows);
        }
        for layer in &self.maxout {
            rows = rows.maxout(layer).dropout(&self.dropout_hidden);
            visit(&rows);
        }
        rows
    }
}
