//! A fully connected generator.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{check_hidden, widths};
use crate::layers::memory::{bytes, numbers};
use crate::layers::weight_norm::normalised;
use crate::layers::{
    Activation, Init, InputLayer, InputLayerConfig, Norm, NormLayer, OutputActivation, OutputBias,
    WeightInit, default_reference, linear, linear_activated, linear_output, linear_output_of,
    normalise_and_activate, parse_norm,
};
use crate::networks::defaults::he;
use crate::{
    ConfigError, Generator, GeneratorInput, ImageShape, LatentDistribution, LatentSpec, size,
};

/// `[generator] kind = "mlp"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MlpGeneratorConfig {
    /// Coordinates per latent.
    pub latent: usize,
    /// Distribution of each coordinate.
    #[serde(default)]
    pub latent_distribution: LatentDistribution,
    /// Units of each hidden layer, from the latent to the image.
    pub hidden: Vec<usize>,
    /// Activation of hidden layers.
    #[serde(default = "relu")]
    pub activation: Activation,
    /// Norm before each hidden activation.
    #[serde(default, alias = "batch_norm", deserialize_with = "parse_norm")]
    pub norm: Norm,
    /// Size of the reference batch of virtual batch norm, 1 or more.
    #[serde(default = "default_reference")]
    pub norm_reference: usize,
    /// Activation of the last layer.
    #[serde(default)]
    pub output: OutputActivation,
    /// Initial biases of the last layer.
    #[serde(default)]
    pub output_bias: OutputBias,
    /// Weight normalisation of the last layer, with a trained scale of each output (Salimans & Kingma 2016).
    #[serde(default, skip_serializing_if = "is_false")]
    pub output_weight_norm: bool,
    /// Initial weights.
    #[serde(default = "he")]
    pub init: Init,
}

/// A fully connected generator.
#[derive(Module, Debug)]
pub struct MlpGenerator {
    entry: InputLayer,
    hidden: Vec<Linear>,
    norms: Vec<NormLayer>,
    output: Linear,
    /// `[outputs]`, the norm of each column of the last layer's weight; `None` without weight normalisation.
    output_scale: Option<Param<Tensor<1>>>,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    output_activation: OutputActivation,
    #[module(skip)]
    image: ImageShape,
}

impl MlpGeneratorConfig {
    /// A network with latents of `latent` coordinates and hidden layers of these sizes; other fields have their defaults.
    #[must_use]
    pub fn new(latent: usize, hidden: impl Into<Vec<usize>>) -> Self {
        Self {
            latent,
            latent_distribution: LatentDistribution::default(),
            hidden: hidden.into(),
            activation: relu(),
            norm: Norm::default(),
            norm_reference: default_reference(),
            output: OutputActivation::default(),
            output_bias: OutputBias::default(),
            output_weight_norm: false,
            init: he(),
        }
    }

    /// Builds the network; see [`GeneratorArchitecture::init`](crate::GeneratorArchitecture::init).
    ///
    /// # Errors
    /// A layer of 0 units, initial weights out of range, conditional batch norm without classes, or too many parameters.
    pub fn init(
        &self,
        image: ImageShape,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<MlpGenerator, ConfigError> {
        let entry = self.entry(classes);
        entry.check()?;
        check_hidden(&self.hidden)?;
        self.init.check()?;
        size::check(self, |config| Some(config.size(image, classes)))?;
        let inputs = entry.columns();
        let mut init = WeightInit::new(self.init, rng, device);
        let bias = self.norm == Norm::None;
        let hidden = widths(inputs, &self.hidden)
            .iter()
            .map(|&[inputs, outputs]| init.linear(inputs, outputs, bias))
            .collect();
        let last = self.hidden.last().copied().unwrap_or(inputs);
        let output = init.linear(last, image.values(), true);
        Ok(MlpGenerator {
            // The reference batch is drawn last, so that weights are those with batch norm.
            entry: entry.init(rng, device),
            hidden,
            norms: self.norm.layers(&self.hidden, classes, device),
            output,
            output_scale: self
                .output_weight_norm
                .then(|| Param::from_tensor(Tensor::ones([image.values()], device))),
            activation: self.activation,
            output_activation: self.output,
            image,
        })
    }

    /// Dimension and distribution of the latents.
    pub(crate) fn latent(&self) -> LatentSpec {
        LatentSpec {
            dimension: self.latent,
            distribution: self.latent_distribution,
        }
    }

    pub(super) fn entry(&self, classes: usize) -> InputLayerConfig {
        InputLayerConfig {
            norm: self.norm,
            reference: self.norm_reference,
            latent: self.latent(),
            classes,
        }
    }
}

impl MlpGenerator {
    /// Sets the biases of the last layer to those that give the mean image with zero weights.
    ///
    /// # Shapes
    /// - `mean`: `channels · height · width` values
    pub(crate) fn init_from_mean_image(mut self, mean: &[f32]) -> Self {
        let inverse = |&pixel: &f32| self.output_activation.inverse(f64::from(pixel)) as f32;
        let biases: Vec<f32> = mean.iter().map(inverse).collect();
        self.output.bias = self.output.bias.map(|old| {
            let data = TensorData::new(biases, [mean.len()]);
            Param::from_tensor(Tensor::from_data(data, &old.val().device()))
        });
        self
    }
}

impl Generator for MlpGenerator {
    fn forward(&self, input: GeneratorInput) -> Tensor<4> {
        let (mut rows, context) = self.entry.forward(&input);
        for (index, layer) in self.hidden.iter().enumerate() {
            rows = match self.norms.get(index) {
                None => linear_activated(layer, self.activation, rows),
                norm => {
                    normalise_and_activate(norm, linear(layer, rows), &context, self.activation)
                }
            };
        }
        let rows = context.without_reference(rows);
        let [batch, _] = rows.dims();
        let image = self.image;
        let output = match &self.output_scale {
            None => linear_output(&self.output, self.output_activation, rows),
            Some(scale) => {
                let weight = normalised(self.output.weight.val(), scale.val());
                let bias = self.output.bias.as_ref().map(Param::val);
                linear_output_of(weight, bias, self.output_activation, rows)
            }
        };
        output.reshape([batch, image.channels, image.height, image.width])
    }

    fn forward_memory(&self, rows: usize) -> u64 {
        let layers = self.hidden.iter().chain([&self.output]);
        let widest = layers.map(|layer| numbers(&layer.weight.val().dims()[1..]));
        // Input and output of a layer, twice that for a norm, and the image on the host.
        let held = widest.max().unwrap_or(0).saturating_mul(4);
        bytes(self.entry.rows(rows), [held])
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
fn is_false(value: &bool) -> bool {
    !value
}

fn relu() -> Activation {
    Activation::Relu
}
