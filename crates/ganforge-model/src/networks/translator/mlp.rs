//! A fully connected translator.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::layers::memory::{bytes, numbers};
use crate::layers::{
    Activation, Init, OutputActivation, WeightInit, linear_activated, linear_output,
};
use crate::networks::defaults::he;
use crate::{ConfigError, Generator, GeneratorInput, ImageShape, NetworkSize, size};

/// `[generator] kind = "mlp"` of a system that translates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MlpTranslatorConfig {
    /// Units of each hidden layer.
    pub hidden: Vec<usize>,
    /// Activation of hidden layers.
    #[serde(default = "relu")]
    pub activation: Activation,
    /// Activation of the last layer; linear for points.
    #[serde(default)]
    pub output: OutputActivation,
    /// Initial weights.
    #[serde(default = "he")]
    pub init: Init,
}

/// Linear layers from an image to an image.
#[derive(Module, Debug)]
pub struct MlpTranslator {
    hidden: Vec<Linear>,
    output: Linear,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    output_activation: OutputActivation,
}

impl MlpTranslatorConfig {
    /// A network with hidden layers of these sizes; other fields have their defaults.
    #[must_use]
    pub fn new(hidden: impl Into<Vec<usize>>) -> Self {
        Self {
            hidden: hidden.into(),
            activation: relu(),
            output: OutputActivation::default(),
            init: he(),
        }
    }

    /// Builds the network.
    ///
    /// # Errors
    /// A layer of 0 units, initial weights out of range, or too many parameters.
    pub fn init(
        &self,
        image: ImageShape,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<MlpTranslator, ConfigError> {
        for &units in &self.hidden {
            ConfigError::at_least_one("hidden", units)?;
        }
        self.init.check()?;
        size::check(self, |config| Some(config.size(image)))?;
        let mut init = WeightInit::new(self.init, rng, device);
        let mut inputs = image.values();
        let mut hidden = Vec::with_capacity(self.hidden.len());
        for &units in &self.hidden {
            hidden.push(init.linear(inputs, units, true));
            inputs = units;
        }
        Ok(MlpTranslator {
            hidden,
            output: init.linear(inputs, image.values(), true),
            activation: self.activation,
            output_activation: self.output,
        })
    }

    /// Number of parameters and stored activations.
    pub(super) fn size(&self, image: ImageShape) -> NetworkSize {
        let values = size::numbers(image);
        let mut size = NetworkSize::default();
        let mut inputs = values;
        for &units in &self.hidden {
            let units = units as f64;
            size.matrix(inputs * units);
            size.vector(units);
            size.keep(units);
            inputs = units;
        }
        size.matrix(inputs * values);
        size.vector(values);
        size.keep(values);
        size
    }
}

impl Generator for MlpTranslator {
    fn forward(&self, input: GeneratorInput) -> Tensor<4> {
        let images = input.expect_image();
        let shape = images.dims();
        let mut rows: Tensor<2> = images.flatten(1, 3);
        for layer in &self.hidden {
            rows = linear_activated(layer, self.activation, rows);
        }
        linear_output(&self.output, self.output_activation, rows).reshape(shape)
    }

    fn forward_memory(&self, rows: usize) -> u64 {
        let layers = self.hidden.iter().chain([&self.output]);
        let widest = layers.map(|layer| numbers(&layer.weight.val().dims()[1..]));
        // Input and output of a layer, and the images on the host.
        let held = widest.max().unwrap_or(0).saturating_mul(4);
        bytes(rows, [held])
    }
}

fn relu() -> Activation {
    Activation::Relu
}
