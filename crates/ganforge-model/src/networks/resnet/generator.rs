//! The residual generator.

use burn::module::Module;
use burn::nn::Linear;
use burn::nn::conv::Conv2d;
use burn::tensor::{Device, Tensor};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::block::GeneratorBlock;
use super::{channels, effective_max_width};
use crate::layers::memory::{bytes, convolution_workspace, numbers};
use crate::layers::{
    Activation, Init, InputLayer, InputLayerConfig, Norm, NormLayer, WeightInit, convolve,
    default_reference, normalise_and_activate,
};
use crate::networks::defaults::he;
use crate::networks::pyramid::Pyramid;
use crate::{
    ConfigError, Generator, GeneratorInput, ImageShape, LatentDistribution, LatentSpec, size,
};

/// `[generator] kind = "resnet"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResnetGeneratorConfig {
    /// Coordinates per latent.
    #[serde(default = "hundred_and_twenty_eight")]
    pub latent: usize,
    /// Distribution of each coordinate.
    #[serde(default)]
    pub latent_distribution: LatentDistribution,
    /// Channels of the last block, 256 in the paper's network for 32×32 pixels.
    pub width: usize,
    /// Largest number of channels; towards the base grid, channels double per block up to it. `width` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_width: Option<usize>,
    /// Norm before each rectifier; by default conditional batch norm with classes, and batch norm without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub norm: Option<Norm>,
    /// Size of the reference batch of virtual batch norm, 1 or more.
    #[serde(default = "default_reference")]
    pub norm_reference: usize,
    /// Initial weights.
    #[serde(default = "he")]
    pub init: Init,
}

/// A linear layer to the base grid, residual blocks that each double height and width, and a convolution.
#[derive(Module, Debug)]
pub struct ResnetGenerator {
    entry: InputLayer,
    base: Linear,
    blocks: Vec<GeneratorBlock>,
    norms: Vec<NormLayer>,
    output: Conv2d,
    base_grid: [usize; 2],
}

impl ResnetGeneratorConfig {
    /// A network of this `width`; other fields have their defaults.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self {
            latent: hundred_and_twenty_eight(),
            latent_distribution: LatentDistribution::default(),
            width,
            max_width: None,
            norm: None,
            norm_reference: default_reference(),
            init: he(),
        }
    }

    /// Builds the network; see [`GeneratorArchitecture::init`](crate::GeneratorArchitecture::init).
    ///
    /// # Errors
    /// An unsupported image size, a width or latent of 0, a `max_width` below the width, conditional batch norm without
    /// classes, or too many parameters.
    pub fn init(
        &self,
        image: ImageShape,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<ResnetGenerator, ConfigError> {
        let entry = self.entry(classes);
        entry.check()?;
        self.init.check()?;
        size::check(self, |config| config.size(image, classes))?;
        let channels = self.channels(image)?;
        let base_grid = Pyramid::of(image, "resnet")?.base_grid;
        let numbers = channels[0] * base_grid[0] * base_grid[1];
        let mut init = WeightInit::new(self.init, rng, device);
        let base = init.linear(entry.columns(), numbers, true);
        let blocks = channels
            .windows(2)
            .map(|pair| GeneratorBlock::new(entry.norm, [pair[0], pair[1]], classes, &mut init))
            .collect();
        let output = init.convolution([self.width, image.channels], 3, 1, true);
        Ok(ResnetGenerator {
            // The reference batch is drawn last, so that weights are those with batch norm.
            entry: entry.init(rng, device),
            base,
            blocks,
            norms: entry.norm.layers(&[self.width], classes, device),
            output,
            base_grid,
        })
    }

    /// Dimension and distribution of the latents.
    pub(crate) fn latent(&self) -> LatentSpec {
        LatentSpec {
            dimension: self.latent,
            distribution: self.latent_distribution,
        }
    }

    /// Channels of the base grid, then of each block from there to the image.
    pub(super) fn channels(&self, image: ImageShape) -> Result<Vec<usize>, ConfigError> {
        let most = effective_max_width(self.width, self.max_width)?;
        let mut inwards = channels(self.width, most, Pyramid::of(image, "resnet")?.stages);
        // The first block keeps the channels of the base grid.
        inwards.extend(inwards.last().copied());
        inwards.reverse();
        Ok(inwards)
    }

    pub(super) fn entry(&self, classes: usize) -> InputLayerConfig {
        let default = match classes {
            0 => Norm::Batch,
            _ => Norm::ConditionalBatch,
        };
        InputLayerConfig {
            norm: self.norm.unwrap_or(default),
            reference: self.norm_reference,
            latent: self.latent(),
            classes,
        }
    }
}

impl Generator for ResnetGenerator {
    fn forward(&self, input: GeneratorInput) -> Tensor<4> {
        let (rows, context) = self.entry.forward(&input);
        let rows = self.base.forward(rows);
        let [batch, numbers] = rows.dims();
        let [height, width] = self.base_grid;
        let mut images = rows.reshape([batch, numbers / (height * width), height, width]);
        for block in &self.blocks {
            images = block.forward(images, &context);
        }
        let images = normalise_and_activate(self.norms.first(), images, &context, Activation::Relu);
        ganforge_ops::tanh(context.without_reference(convolve(&self.output, images)))
    }

    fn forward_memory(&self, rows: usize) -> u64 {
        let [height, width] = self.base_grid;
        let sizes = (1..).map(|doublings| [height << doublings, width << doublings]);
        let blocks = self.blocks.iter().zip(sizes);
        let [whole_height, whole_width] = [height, width].map(|side| side << self.blocks.len());
        let whole = [whole_height, whole_width];
        let [channels, inputs, ..] = self.output.weight.val().dims();
        let image = numbers(&[2 * inputs + 3 * channels, whole_height, whole_width]);
        let held = blocks
            .clone()
            .map(|(block, size)| block.activation_values(size))
            .chain([image]);
        let work = blocks.map(|(block, size)| block.workspace(size));
        let work = work.chain([convolution_workspace(&self.output, whole)]);
        bytes(self.entry.rows(rows), work.chain(held.max()))
    }
}

fn hundred_and_twenty_eight() -> usize {
    128
}
