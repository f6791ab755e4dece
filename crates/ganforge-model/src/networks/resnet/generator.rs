//! Linear layer to the base grid, then residual blocks that each double the size.

use burn::module::Module;
use burn::nn::Linear;
use burn::nn::conv::Conv2d;
use burn::tensor::{Device, Tensor};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::block::GeneratorBlock;
use super::{channels, he, largest};
use crate::layers::{
    Activation, Entry, EntryConfig, Init, Norm, NormLayer, WeightInit, activated, convolve,
    default_reference,
};
use crate::networks::pyramid::Pyramid;
use crate::{ConfigError, Generator, ImageSpec, Latent, LatentDistribution, LatentSpec};

/// `[generator] kind = "resnet"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResnetGeneratorConfig {
    /// Coordinates per latent.
    #[serde(default = "hundred_and_twenty_eight")]
    pub latent: usize,
    /// How each coordinate is drawn.
    #[serde(default)]
    pub latent_distribution: LatentDistribution,
    /// Channels of the last block, 256 in the paper's network for 32×32 pixels.
    pub width: usize,
    /// Most channels of any block, each one further in having twice as many up to there; `width` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_width: Option<usize>,
    /// Normalisation before each rectifier; where absent, conditional batch norm with classes, batch norm without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub norm: Option<Norm>,
    /// Latents in the reference batch of virtual batch norm, 1 or more.
    #[serde(default = "default_reference")]
    pub norm_reference: usize,
    /// Initial weights.
    #[serde(default = "he")]
    pub init: Init,
}

/// Linear layer to the base grid, residual blocks that each double the size, a last convolution.
#[derive(Module, Debug)]
pub struct ResnetGenerator {
    entry: Entry,
    base: Linear,
    blocks: Vec<GeneratorBlock>,
    norms: Vec<NormLayer>,
    output: Conv2d,
    base_grid: [usize; 2],
}

impl ResnetGeneratorConfig {
    /// Builds the network; see [`GeneratorConfig::init`](crate::GeneratorConfig::init).
    ///
    /// # Errors
    /// An image size this network cannot reach, a width or latent of zero, a `max_width` below the width, or a norm by
    /// class without classes.
    pub fn init(
        &self,
        image: ImageSpec,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<ResnetGenerator, ConfigError> {
        let entry = self.entry(classes);
        entry.check()?;
        self.init.check()?;
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
            // The reference batch is drawn last, so that it leaves the weights as they are under batch norm.
            entry: entry.init(rng, device),
            base,
            blocks,
            norms: entry.norm.layers(&[self.width], classes, device),
            output,
            base_grid,
        })
    }

    /// Numbers in the weight matrices; see [`GeneratorConfig::weight_count`](crate::GeneratorConfig::weight_count).
    pub(crate) fn weight_count(&self, image: ImageSpec, classes: usize) -> Option<usize> {
        let channels = self.channels(image).ok()?;
        let [height, width] = Pyramid::of(image, "resnet").ok()?.base_grid;
        let entry = self.entry(classes);
        let grid = height.checked_mul(width)?;
        let base = entry
            .columns()
            .checked_mul(channels[0])?
            .checked_mul(grid)?;
        let output = self.width.checked_mul(image.channels)?.checked_mul(9)?;
        // Each block normalises what it is given and what its first convolution makes of it.
        let mut normalised = vec![self.width];
        let mut parts = vec![base, output, entry.weight_count()?];
        for pair in channels.windows(2) {
            normalised.extend(pair);
            parts.push(GeneratorBlock::weight_count([pair[0], pair[1]])?);
        }
        parts.push(entry.norm.weight_count(&normalised, classes)?);
        parts.into_iter().try_fold(0_usize, usize::checked_add)
    }

    /// Size and distribution of the latents.
    pub(crate) fn latent(&self) -> LatentSpec {
        LatentSpec {
            dimension: self.latent,
            distribution: self.latent_distribution,
        }
    }

    /// Channels of the base grid, then of every block from there to the image.
    fn channels(&self, image: ImageSpec) -> Result<Vec<usize>, ConfigError> {
        let most = largest(self.width, self.max_width)?;
        let mut inwards = channels(self.width, most, Pyramid::of(image, "resnet")?.stages);
        // The block at the base keeps the channels that the linear layer made.
        inwards.extend(inwards.last().copied());
        inwards.reverse();
        Ok(inwards)
    }

    fn entry(&self, classes: usize) -> EntryConfig {
        let by_default = match classes {
            0 => Norm::Batch,
            _ => Norm::ConditionalBatch,
        };
        EntryConfig {
            norm: self.norm.unwrap_or(by_default),
            reference: self.norm_reference,
            latent: self.latent(),
            classes,
        }
    }
}

impl Generator for ResnetGenerator {
    fn forward(&self, latent: Latent) -> Tensor<4> {
        let (rows, context) = self.entry.forward(latent);
        let rows = self.base.forward(rows);
        let [batch, numbers] = rows.dims();
        let [height, width] = self.base_grid;
        let mut images = rows.reshape([batch, numbers / (height * width), height, width]);
        for block in &self.blocks {
            images = block.forward(images, &context);
        }
        let images = activated(self.norms.first(), images, &context, Activation::Relu);
        ganforge_ops::tanh(context.without_reference(convolve(&self.output, images)))
    }
}

fn hundred_and_twenty_eight() -> usize {
    128
}
