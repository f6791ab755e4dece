//! DCGAN (Radford et al. 2015, "Unsupervised Representation Learning with Deep Convolutional GANs").
//!
//! Every stage is a convolution with kernel 4, stride 2, padding 1; `k` stages lead from a base of
//! `4 × 4` to `4·2ᵏ` pixels. Both sides of the image shrink by the same 2ᵏ, so the base of a
//! non-square image is `4 × n`. Deviations: kernel 4 instead of 5, and a linear layer at either end, as
//! in the widely used PyTorch example. Classes enter by concatenation: one-hot next to the latent, constant
//! planes next to the image.

use burn::module::Module;
use burn::nn::conv::{Conv2d, ConvTranspose2d};
use burn::nn::{BatchNorm, BatchNormConfig, Linear};
use burn::tensor::{Device, Int, Tensor, activation};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::layers::{
    Activation, Init, WeightInit, append_one_hot, append_planes, gradient_of_sum,
    pull_back_halving_conv,
};
use crate::{
    ConfigError, Discriminator, Generator, ImageSpec, InputGradient, Judgement, Latent,
    LatentDistribution,
};

/// `[generator] kind = "dcgan"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DcganGeneratorConfig {
    /// Coordinates per latent.
    #[serde(default = "hundred")]
    pub latent: usize,
    /// How each coordinate is drawn.
    #[serde(default)]
    pub latent_distribution: LatentDistribution,
    /// Channels of the largest hidden layer; each smaller one has twice as many.
    pub width: usize,
    /// Initial weights.
    #[serde(default = "dcgan_init")]
    pub init: Init,
}

/// `[discriminator] kind = "dcgan"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DcganDiscriminatorConfig {
    /// Channels of the largest hidden layer; each smaller one has twice as many.
    pub width: usize,
    /// Batch normalisation on all stages but the first; it couples the samples of a batch.
    #[serde(default = "yes")]
    pub batch_norm: bool,
    /// Initial weights.
    #[serde(default = "dcgan_init")]
    pub init: Init,
}

/// Linear layer to the base grid, then transposed convolutions that each double the size.
#[derive(Module, Debug)]
pub struct DcganGenerator {
    base: Linear,
    norms: Vec<BatchNorm>,
    stages: Vec<ConvTranspose2d>,
    base_grid: [usize; 2],
    classes: usize,
}

/// Convolutions that each halve the size, then a linear layer to one score.
#[derive(Module, Debug)]
pub struct DcganDiscriminator {
    stages: Vec<Conv2d>,
    norms: Vec<BatchNorm>,
    score: Linear,
    classes: usize,
}

/// How an image is reached from its base grid.
struct Pyramid {
    stages: usize,
    base_grid: [usize; 2],
}

impl Pyramid {
    fn of(image: ImageSpec) -> Result<Self, ConfigError> {
        let [height, width] = [image.height, image.width];
        let short = height.min(width);
        let factor = short / 4;
        let fits = short.is_multiple_of(4)
            && factor.is_power_of_two()
            && factor > 1
            && height.is_multiple_of(factor)
            && width.is_multiple_of(factor);
        if !fits {
            return Err(ConfigError::new(
                "data.size",
                format!("{height}×{width}"),
                "for dcgan a shorter side of 8, 16, 32, 64, … pixels and a longer side that the same power of two \
                 divides (32×32, 64×48, 64×128)",
            ));
        }
        Ok(Self {
            stages: factor.ilog2() as usize,
            base_grid: [height / factor, width / factor],
        })
    }

    /// Channels from the base grid to the largest hidden layer.
    fn channels(&self, width: usize) -> Vec<usize> {
        (0..self.stages).rev().map(|stage| width << stage).collect()
    }
}

impl DcganGeneratorConfig {
    /// Builds the network; see [`GeneratorConfig::init`](crate::GeneratorConfig::init).
    ///
    /// # Errors
    /// An image size this pyramid cannot reach, or a width or latent of zero.
    pub fn init(
        &self,
        image: ImageSpec,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<DcganGenerator, ConfigError> {
        ConfigError::at_least_one("latent", self.latent)?;
        ConfigError::at_least_one("width", self.width)?;
        self.init.check()?;
        let pyramid = Pyramid::of(image)?;
        let channels = pyramid.channels(self.width);
        let grid: usize = pyramid.base_grid.iter().product();
        let mut init = WeightInit::new(self.init, rng, device);
        let base = init.linear(self.latent + classes, channels[0] * grid, false);
        let outputs = channels[1..].iter().chain([&image.channels]);
        let stages = channels
            .iter()
            .zip(outputs)
            .map(|(&inputs, &outputs)| init.doubling_conv(inputs, outputs))
            .collect();
        let norm = |&channels: &usize| BatchNormConfig::new(channels).init(device);
        Ok(DcganGenerator {
            base,
            norms: channels.iter().map(norm).collect(),
            stages,
            base_grid: pyramid.base_grid,
            classes,
        })
    }

    /// Numbers in the weight matrices; see [`GeneratorConfig::weight_count`](crate::GeneratorConfig::weight_count).
    pub(crate) fn weight_count(&self, image: ImageSpec, classes: usize) -> Option<usize> {
        let pyramid = Pyramid::of(image).ok()?;
        let top = self.width.checked_mul(1 << (pyramid.stages - 1))?;
        let grid = pyramid.base_grid[0].checked_mul(pyramid.base_grid[1])?;
        let base = self
            .latent
            .checked_add(classes)?
            .checked_mul(top)?
            .checked_mul(grid)?;
        let mut channels = pyramid.channels(self.width);
        channels.push(image.channels);
        channels.windows(2).try_fold(base, |sum, pair| {
            sum.checked_add(pair[0].checked_mul(pair[1])?.checked_mul(16)?)
        })
    }
}

impl Generator for DcganGenerator {
    fn forward(&self, latent: Latent) -> Tensor<4> {
        let rows = match latent.class {
            Some(class) => append_one_hot(latent.noise, class, self.classes),
            None => latent.noise,
        };
        let rows = self.base.forward(rows);
        let [batch, numbers] = rows.dims();
        let [height, width] = self.base_grid;
        let mut images = rows.reshape([batch, numbers / (height * width), height, width]);
        for (norm, stage) in self.norms.iter().zip(&self.stages) {
            images = stage.forward(activation::relu(norm.forward(images)));
        }
        activation::tanh(images)
    }
}

impl DcganDiscriminatorConfig {
    /// Builds the network; see [`DiscriminatorConfig::init`](crate::DiscriminatorConfig::init).
    ///
    /// # Errors
    /// An image size this pyramid cannot reach, or a width of zero.
    pub fn init(
        &self,
        image: ImageSpec,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<DcganDiscriminator, ConfigError> {
        ConfigError::at_least_one("width", self.width)?;
        self.init.check()?;
        let pyramid = Pyramid::of(image)?;
        let mut channels = pyramid.channels(self.width);
        channels.reverse();
        let mut init = WeightInit::new(self.init, rng, device);
        let first = image.channels + classes;
        let stages = std::iter::once(&first)
            .chain(&channels)
            .zip(&channels)
            .map(|(&inputs, &outputs)| init.halving_conv(inputs, outputs))
            .collect();
        let norm = |&channels: &usize| BatchNormConfig::new(channels).init(device);
        let norms = if self.batch_norm {
            channels[1..].iter().map(norm).collect()
        } else {
            Vec::new()
        };
        let grid: usize = pyramid.base_grid.iter().product();
        let top = channels[channels.len() - 1];
        Ok(DcganDiscriminator {
            stages,
            norms,
            score: init.linear(top * grid, 1, true),
            classes,
        })
    }
}

impl Discriminator for DcganDiscriminator {
    fn forward(&self, images: Tensor<4>, class: Option<Tensor<1, Int>>) -> Judgement {
        let mut images = match class {
            Some(class) => append_planes(images, class, self.classes),
            None => images,
        };
        for (index, stage) in self.stages.iter().enumerate() {
            images = stage.forward(images);
            // The first stage is never normalised: it sees the pixels themselves.
            if let Some(norm) = index.checked_sub(1).and_then(|index| self.norms.get(index)) {
                images = norm.forward(images);
            }
            images = Activation::LeakyRelu.forward(images);
        }
        let features: Tensor<2> = images.flatten(1, 3);
        Judgement {
            logits: self.score.forward(features.clone()),
            features,
        }
    }

    fn input_gradient(
        &self,
        images: Tensor<4>,
        class: Option<Tensor<1, Int>>,
    ) -> Option<InputGradient> {
        // Batch statistics make every score depend on every image: no image has a gradient of its own.
        if !self.norms.is_empty() {
            return None;
        }
        let [batch, channels, ..] = images.dims();
        let mut images = match class {
            Some(class) => append_planes(images.detach(), class, self.classes),
            None => images.detach(),
        };
        let mut slopes = Vec::with_capacity(self.stages.len());
        for stage in &self.stages {
            let sums = stage.forward(images);
            slopes.push(Activation::LeakyRelu.slope(sums.clone()));
            images = Activation::LeakyRelu.forward(sums);
        }
        let grid = images.dims();
        let features: Tensor<2> = images.flatten(1, 3);
        let judgement = Judgement {
            logits: self.score.forward(features.clone()),
            features,
        };
        let mut gradient = gradient_of_sum(&self.score, batch).reshape(grid);
        for (stage, slope) in self.stages.iter().zip(slopes).rev() {
            gradient = pull_back_halving_conv(stage, gradient * slope);
        }
        Some(InputGradient {
            judgement,
            gradient: gradient.narrow(1, 0, channels),
        })
    }
}

fn hundred() -> usize {
    100
}

fn yes() -> bool {
    true
}

fn dcgan_init() -> Init {
    Init::Normal { std: 0.02 }
}
