//! A fully connected autoencoder as discriminator.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Device;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::energy::ReconstructionError;
use crate::layers::{Activation, Init, OutputActivation, Traced, TracedOutput, WeightInit};
use crate::networks::defaults::{he, leaky_relu};
use crate::{ConfigError, DiscriminatorInput, ImageShape, TracedDiscriminator, size};

/// `[discriminator] kind = "autoencoder"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutoencoderDiscriminatorConfig {
    /// Units of the hidden layers of the encoder, from the image to the code.
    pub encoder: Vec<usize>,
    /// Units of the code, a linear layer.
    pub code: usize,
    /// Units of the hidden layers of the decoder, from the code to the image; by default those of the encoder in reverse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decoder: Option<Vec<usize>>,
    /// Activation of hidden layers.
    #[serde(default = "leaky_relu")]
    pub activation: Activation,
    /// Activation of the last layer.
    #[serde(default)]
    pub output: OutputActivation,
    /// The energy of an image.
    #[serde(default)]
    pub error: ReconstructionError,
    /// Initial weights.
    #[serde(default = "he")]
    pub init: Init,
}

/// An autoencoder whose score is the negative reconstruction error, and whose features are the code.
#[derive(Module, Debug)]
pub struct AutoencoderDiscriminator {
    encoder: Vec<Linear>,
    code: Linear,
    decoder: Vec<Linear>,
    output: Linear,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    output_activation: OutputActivation,
    #[module(skip)]
    error: ReconstructionError,
}

impl AutoencoderDiscriminatorConfig {
    /// Builds the network; see [`DiscriminatorArchitecture::init`](crate::DiscriminatorArchitecture::init).
    ///
    /// # Errors
    /// Classes, a layer of 0 units, initial weights out of range, or too many parameters.
    pub fn init(
        &self,
        image: ImageShape,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<AutoencoderDiscriminator, ConfigError> {
        let decoder = self.decoder_units();
        ConfigError::at_least_one("code", self.code)?;
        for (key, units) in [("encoder", &self.encoder), ("decoder", &decoder)] {
            units
                .iter()
                .try_for_each(|&units| ConfigError::at_least_one(key, units))?;
        }
        self.init.check()?;
        size::check(self, |config| Some(config.size(image)))?;
        if classes > 0 {
            return Err(ConfigError::new(
                "kind",
                "autoencoder",
                "another one with data.labels = true: a reconstruction error does not depend on a class",
            ));
        }
        let mut init = WeightInit::new(self.init, rng, device);
        let mut before = image.values();
        let mut layer =
            |units: usize| init.linear(std::mem::replace(&mut before, units), units, true);
        Ok(AutoencoderDiscriminator {
            encoder: self.encoder.iter().map(|&units| layer(units)).collect(),
            code: layer(self.code),
            decoder: decoder.iter().map(|&units| layer(units)).collect(),
            output: layer(image.values()),
            activation: self.activation,
            output_activation: self.output,
            error: self.error,
        })
    }

    pub(super) fn decoder_units(&self) -> Vec<usize> {
        let reversed = || self.encoder.iter().rev().copied().collect();
        self.decoder.clone().unwrap_or_else(reversed)
    }
}

impl TracedDiscriminator for AutoencoderDiscriminator {
    fn trace(&self, input: DiscriminatorInput) -> TracedOutput<'_> {
        let rows = Traced::new(input.images).flatten();
        let mut code = None;
        let residual = rows.fork(
            |mut rows| {
                for layer in &self.encoder {
                    rows = rows.linear_activated(layer, self.activation);
                }
                rows = rows.linear(&self.code);
                code = Some(rows.value());
                for layer in &self.decoder {
                    rows = rows.linear_activated(layer, self.activation);
                }
                rows.linear(&self.output).output(self.output_activation)
            },
            |rows| rows.affine(-1.0, 0.0),
        );
        let code = code.expect("the first branch was evaluated");
        TracedOutput::new(self.error.score(residual), code)
    }
}
