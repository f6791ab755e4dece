//! The generator of R3GAN.

use burn::module::Module;
use burn::nn::Linear;
use burn::nn::conv::Conv2d;
use burn::tensor::{Device, Tensor};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::basis::Basis;
use super::gain_init::GainInit;
use super::stage::Stage;
use super::stages::{StageConfig, Stages};
use super::{sixteen, two};
use crate::layers::memory::bytes;
use crate::layers::{Traced, append_one_hot, convolve, low_pass, upsample};
use crate::{
    ConfigError, Generator, GeneratorInput, ImageShape, LatentDistribution, LatentSpec, size,
};

/// `[generator] kind = "r3gan"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct R3ganGeneratorConfig {
    /// Coordinates per latent.
    #[serde(default = "sixty_four")]
    pub latent: usize,
    /// Distribution of each coordinate.
    #[serde(default)]
    pub latent_distribution: LatentDistribution,
    /// Channels at the full size; each halving doubles them.
    pub width: usize,
    /// Largest number of channels; 8 · `width` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_width: Option<usize>,
    /// Residual blocks at each size.
    #[serde(default = "two")]
    pub blocks: usize,
    /// Channels per group of the 3×3 convolutions; must divide twice the channels of every stage.
    #[serde(default = "sixteen")]
    pub group_width: usize,
}

/// A scaled basis, then residual blocks at each size from the base grid to the image.
#[derive(Module, Debug)]
pub struct R3ganGenerator {
    scales: Linear,
    basis: Basis,
    stages: Vec<Stage>,
    to_image: Conv2d,
    classes: usize,
}

impl R3ganGeneratorConfig {
    /// A network of this `width`; other fields have their defaults.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self {
            latent: sixty_four(),
            latent_distribution: LatentDistribution::default(),
            width,
            max_width: None,
            blocks: two(),
            group_width: sixteen(),
        }
    }

    /// Builds the network; see [`GeneratorArchitecture::init`](crate::GeneratorArchitecture::init).
    ///
    /// # Errors
    /// An unsupported image size, a size of 0, groups that do not divide the channels, or too many parameters.
    pub fn init(
        &self,
        image: ImageShape,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<R3ganGenerator, ConfigError> {
        ConfigError::at_least_one("latent", self.latent)?;
        let sizes = self.stages(image)?;
        size::check(self, |config| config.size(image, classes))?;
        let mut init = GainInit::new(rng, device);
        let (first, last) = (sizes.channels[0], self.width);
        let inputs = self.latent + classes;
        let before = std::iter::once(&first).chain(&sizes.channels);
        Ok(R3ganGenerator {
            scales: init.with(1.0, inputs).linear(inputs, first, false),
            basis: Basis::new(first, sizes.base_grid, init.with(1.0, 1)),
            stages: before
                .zip(&sizes.channels)
                .map(|(&from, &to)| sizes.stage(to, [from, to], &mut init))
                .collect(),
            to_image: init
                .with(1.0, last)
                .convolution([last, image.channels], 1, 1, false),
            classes,
        })
    }

    /// Dimension and distribution of the latents.
    pub(crate) fn latent(&self) -> LatentSpec {
        LatentSpec {
            dimension: self.latent,
            distribution: self.latent_distribution,
        }
    }

    pub(super) fn stages(&self, image: ImageShape) -> Result<Stages, ConfigError> {
        StageConfig {
            width: self.width,
            max_width: self.max_width,
            blocks: self.blocks,
            group_width: self.group_width,
        }
        .stages(image)
    }
}

impl Generator for R3ganGenerator {
    fn forward(&self, input: GeneratorInput) -> Tensor<4> {
        let rows = match input.class.clone() {
            Some(class) => append_one_hot(input.expect_noise(), class, self.classes),
            None => input.expect_noise(),
        };
        let kernel = low_pass(&rows.device());
        let mut images = self.basis.scale(self.scales.forward(rows));
        for (index, stage) in self.stages.iter().enumerate() {
            if index > 0 {
                // Channels are reduced before upsampling, which is cheaper.
                images = stage.change_channels(Traced::new(images)).value();
                images = upsample(images, kernel.clone());
            }
            images = stage.forward(images);
        }
        convolve(&self.to_image, images)
    }

    fn forward_memory(&self, rows: usize) -> u64 {
        let [_, height, width] = self.basis.dims();
        let sizes = (0..).map(|doublings| [height << doublings, width << doublings]);
        let stages = self.stages.iter().zip(sizes);
        let held = stages
            .clone()
            .map(|(stage, size)| stage.activation_values(size));
        let work = stages.map(|(stage, size)| stage.workspace(size));
        bytes(rows, work.chain(held.max()))
    }
}

fn sixty_four() -> usize {
    64
}
