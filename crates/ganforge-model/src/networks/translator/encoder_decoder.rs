//! The translator of `DiscoGAN`.

use burn::module::Module;
use burn::nn::conv::{Conv2d, ConvTranspose2d};
use burn::nn::{BatchNorm, BatchNormConfig};
use burn::tensor::{Device, Tensor};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::layers::memory::{bytes, numbers, upsampling_workspace};
use crate::layers::{
    Activation, Init, OutputActivation, WeightInit, batch_norm, convolve, convolve_transposed,
};
use crate::networks::pyramid::Pyramid;
use crate::{ConfigError, Generator, GeneratorInput, ImageShape, NetworkSize, size};

/// Kernel size of every layer.
const KERNEL: usize = 4;

/// `[generator] kind = "encoder-decoder"` of a system that translates: convolutions that each halve the size down to a shorter
/// side of 4, and transposed convolutions back (Kim et al. 2017).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderDecoderConfig {
    /// Channels of the first layer; they double with each halving of the size.
    #[serde(default = "sixty_four")]
    pub width: usize,
    /// Initial weights.
    #[serde(default = "fan")]
    pub init: Init,
}

/// Batch norm after every layer but the first and last; leaky rectifiers in the encoder, rectifiers in the decoder.
#[derive(Module, Debug)]
pub struct EncoderDecoder {
    down: Vec<Conv2d>,
    down_norms: Vec<BatchNorm>,
    up: Vec<ConvTranspose2d>,
    up_norms: Vec<BatchNorm>,
    base_grid: [usize; 2],
}

impl EncoderDecoderConfig {
    /// A network of this width.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self { width, init: fan() }
    }

    /// Builds the network.
    ///
    /// # Errors
    /// An unsupported image size, a width of 0, or too many parameters.
    pub fn init(
        &self,
        image: ImageShape,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<EncoderDecoder, ConfigError> {
        ConfigError::at_least_one("width", self.width)?;
        self.init.check()?;
        size::check(self, |config| config.size(image))?;
        let pyramid = Pyramid::of(image, "encoder-decoder")?;
        let mut deepest_first = pyramid.channels(self.width);
        let norm = |&channels: &usize| BatchNormConfig::new(channels).init(device);
        let up_norms = deepest_first[1..].iter().map(norm).collect();
        let mut init = WeightInit::new(self.init, rng, device);
        let outputs = deepest_first[1..].iter().chain([&image.channels]);
        let up = deepest_first.iter().zip(outputs);
        let up = up.map(|(&inputs, &outputs)| init.upsampling_conv(inputs, outputs, false));
        let up = up.collect();
        deepest_first.reverse();
        let widths = deepest_first;
        let inputs = std::iter::once(&image.channels).chain(&widths);
        let down = inputs.zip(&widths);
        let down = down.map(|(&inputs, &outputs)| init.downsampling_conv(inputs, outputs));
        Ok(EncoderDecoder {
            down: down.collect(),
            down_norms: widths[1..].iter().map(norm).collect(),
            up,
            up_norms,
            base_grid: pyramid.base_grid,
        })
    }

    /// Number of parameters and stored activations; `None` for an unsupported image size.
    pub(super) fn size(&self, image: ImageShape) -> Option<NetworkSize> {
        let pyramid = Pyramid::of(image, "encoder-decoder").ok()?;
        let mut channels = pyramid.channels(self.width);
        channels.push(image.channels);
        let mut positions = size::pixels(image);
        let mut size = NetworkSize::default();
        let norm = |size: &mut NetworkSize, channels: usize, positions: f64| {
            size.vector(2.0 * channels as f64);
            size.keep(channels as f64 * positions);
        };
        for (index, pair) in channels.windows(2).rev().enumerate() {
            positions /= 4.0;
            size.convolution([pair[1], pair[0]], KERNEL, 1, false);
            size.keep(pair[0] as f64 * positions);
            if index > 0 {
                norm(&mut size, pair[0], positions);
            }
        }
        for (index, pair) in channels.windows(2).enumerate() {
            positions *= 4.0;
            size.convolution([pair[0], pair[1]], KERNEL, 1, false);
            size.keep(pair[1] as f64 * positions);
            if index + 2 < channels.len() {
                norm(&mut size, pair[1], positions);
            }
        }
        Some(size)
    }
}

impl Generator for EncoderDecoder {
    fn forward(&self, input: GeneratorInput) -> Tensor<4> {
        // The paper's code has pixels in [0, 1].
        let mut images = (input.expect_image() + 1.0) * 0.5;
        for (index, layer) in self.down.iter().enumerate() {
            images = convolve(layer, images);
            let norm = index
                .checked_sub(1)
                .and_then(|index| self.down_norms.get(index));
            images = match norm {
                Some(norm) => batch_norm(norm, images, Some(Activation::LeakyRelu)),
                None => Activation::LeakyRelu.forward(images),
            };
        }
        for (index, layer) in self.up.iter().enumerate() {
            images = convolve_transposed(layer, images);
            if let Some(norm) = self.up_norms.get(index) {
                images = batch_norm(norm, images, Some(Activation::Relu));
            }
        }
        OutputActivation::Sigmoid.forward(images)
    }

    fn forward_memory(&self, rows: usize) -> u64 {
        let [height, width] = self.base_grid;
        let sizes = (0..).map(|doublings| [height << doublings, width << doublings]);
        let layers = self.up.iter().zip(sizes);
        let held = layers.clone().map(|(layer, [height, width])| {
            let [inputs, outputs, ..] = layer.weight.val().dims();
            // Input and output of the norm, and the image with a copy.
            numbers(&[2 * (inputs + 4 * outputs), height, width])
        });
        // The convolutions of the encoder are the reverse of these.
        let work = layers.map(|(layer, size)| upsampling_workspace(layer, size).saturating_mul(2));
        bytes(rows, work.chain(held.max()))
    }
}

fn sixty_four() -> usize {
    64
}

fn fan() -> Init {
    Init::Fan
}
