//! The generator of DCGAN.

use burn::module::Module;
use burn::nn::Linear;
use burn::nn::conv::ConvTranspose2d;
use burn::tensor::{Device, Tensor};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{Pyramid, dcgan_init};
use crate::layers::memory::{bytes, numbers, upsampling_workspace};
use crate::layers::{
    Activation, Init, InputLayer, InputLayerConfig, Norm, NormLayer, WeightInit,
    convolve_transposed, default_reference, linear, normalise_and_activate,
};
use crate::{
    ConfigError, Generator, GeneratorInput, ImageShape, LatentDistribution, LatentSpec, size,
};

/// `[generator] kind = "dcgan"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DcganGeneratorConfig {
    /// Coordinates per latent.
    #[serde(default = "hundred")]
    pub latent: usize,
    /// Distribution of each coordinate.
    #[serde(default)]
    pub latent_distribution: LatentDistribution,
    /// Channels of the last hidden layer; they double with each halving of the size.
    pub width: usize,
    /// Norm before each hidden activation.
    #[serde(default = "batch")]
    pub norm: Norm,
    /// Size of the reference batch of virtual batch norm, 1 or more.
    #[serde(default = "default_reference")]
    pub norm_reference: usize,
    /// Initial weights.
    #[serde(default = "dcgan_init")]
    pub init: Init,
}

/// A linear layer to the base grid, then transposed convolutions that each double height and width.
#[derive(Module, Debug)]
pub struct DcganGenerator {
    entry: InputLayer,
    base: Linear,
    norms: Vec<NormLayer>,
    stages: Vec<ConvTranspose2d>,
    base_grid: [usize; 2],
}

impl DcganGeneratorConfig {
    /// A network of this `width`; other fields have their defaults.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self {
            latent: hundred(),
            latent_distribution: LatentDistribution::default(),
            width,
            norm: batch(),
            norm_reference: default_reference(),
            init: dcgan_init(),
        }
    }

    /// Builds the network; see [`GeneratorArchitecture::init`](crate::GeneratorArchitecture::init).
    ///
    /// # Errors
    /// An unsupported image size, a width or latent of 0, conditional batch norm without classes, or too many parameters.
    pub fn init(
        &self,
        image: ImageShape,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<DcganGenerator, ConfigError> {
        let entry = self.entry(classes);
        entry.check()?;
        ConfigError::at_least_one("width", self.width)?;
        self.init.check()?;
        size::check(self, |config| config.size(image, classes))?;
        let pyramid = Pyramid::of(image, "dcgan")?;
        let channels = pyramid.channels(self.width);
        let grid: usize = pyramid.base_grid.iter().product();
        let mut init = WeightInit::new(self.init, rng, device);
        // A norm cancels a bias before it. The last layer has no bias in the original either.
        let bias = self.norm == Norm::None;
        let base = init.linear(entry.columns(), channels[0] * grid, bias);
        let mut stages: Vec<_> = channels
            .windows(2)
            .map(|pair| init.upsampling_conv(pair[0], pair[1], bias))
            .collect();
        stages.push(init.upsampling_conv(self.width, image.channels, false));
        Ok(DcganGenerator {
            // The reference batch is drawn last, so that weights are those with batch norm.
            entry: entry.init(rng, device),
            base,
            norms: self.norm.layers(&channels, classes, device),
            stages,
            base_grid: pyramid.base_grid,
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

impl Generator for DcganGenerator {
    fn forward(&self, input: GeneratorInput) -> Tensor<4> {
        let (rows, context) = self.entry.forward(&input);
        let rows = linear(&self.base, rows);
        let [batch, numbers] = rows.dims();
        let [height, width] = self.base_grid;
        let mut images = rows.reshape([batch, numbers / (height * width), height, width]);
        for (index, stage) in self.stages.iter().enumerate() {
            let norm = self.norms.get(index);
            images = normalise_and_activate(norm, images, &context, Activation::Relu);
            images = convolve_transposed(stage, images);
        }
        ganforge_ops::tanh(context.without_reference(images))
    }

    fn forward_memory(&self, rows: usize) -> u64 {
        let [height, width] = self.base_grid;
        let sizes = (0..).map(|doublings| [height << doublings, width << doublings]);
        let stages = self.stages.iter().zip(sizes);
        let held = stages.clone().map(|(stage, [height, width])| {
            let [inputs, outputs, ..] = stage.weight.val().dims();
            // Input and output of the norm, and the image with a copy.
            numbers(&[2 * (inputs + 4 * outputs), height, width])
        });
        let work = stages.map(|(stage, size)| upsampling_workspace(stage, size));
        bytes(self.entry.rows(rows), work.chain(held.max()))
    }
}

fn hundred() -> usize {
    100
}

fn batch() -> Norm {
    Norm::Batch
}
