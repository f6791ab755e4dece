//! The translator of `CycleGAN`.

use burn::module::Module;
use burn::nn::PaddingConfig2d;
use burn::nn::conv::{Conv2d, ConvTranspose2d, ConvTranspose2dConfig};
use burn::tensor::{Device, Tensor};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::layers::memory::{bytes, convolution_workspace, numbers, upsampling_workspace};
use crate::layers::{
    Activation, Init, WeightInit, convolve, convolve_transposed, instance_norm, reflect,
};
use crate::{ConfigError, Generator, GeneratorInput, ImageShape, NetworkSize, size};

/// Layers that halve the size, and as many that double it.
const HALVINGS: usize = 2;

/// Kernel sizes of the first and last layer, and of the others.
const OUTER: usize = 7;
const INNER: usize = 3;

/// `[generator] kind = "resnet"` of a system that translates: convolutions that halve the size twice, residual blocks, and
/// transposed convolutions back (Zhu et al. 2017, after Johnson et al. 2016).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResnetTranslatorConfig {
    /// Channels of the first layer; they double with each halving of the size.
    #[serde(default = "sixty_four")]
    pub width: usize,
    /// Residual blocks: 6 for images of 128 pixels, 9 for larger ones in the paper.
    #[serde(default = "nine")]
    pub blocks: usize,
    /// Initial weights.
    #[serde(default = "normal")]
    pub init: Init,
}

/// Every convolution but the last is followed by instance norm and, but the second of a block, a rectifier.
#[derive(Module, Debug)]
pub struct ResnetTranslator {
    entry: Conv2d,
    down: Vec<Conv2d>,
    blocks: Vec<Block>,
    up: Vec<ConvTranspose2d>,
    output: Conv2d,
    #[module(skip)]
    image: ImageShape,
}

#[derive(Module, Debug)]
struct Block {
    first: Conv2d,
    second: Conv2d,
}

impl ResnetTranslatorConfig {
    /// A network of this width and number of residual blocks.
    #[must_use]
    pub fn new(width: usize, blocks: usize) -> Self {
        Self {
            width,
            blocks,
            init: normal(),
        }
    }

    /// Builds the network.
    ///
    /// # Errors
    /// Sides that are not multiples of 4 or shorter than 8, a width of 0, or too many parameters.
    pub fn init(
        &self,
        image: ImageShape,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<ResnetTranslator, ConfigError> {
        ConfigError::at_least_one("width", self.width)?;
        self.init.check()?;
        let ImageShape {
            channels,
            height,
            width,
        } = image;
        if [height, width]
            .iter()
            .any(|side| *side < 8 || side % 4 != 0)
        {
            return Err(ConfigError::new(
                "data.size",
                format!("{height}×{width}"),
                "for a resnet translator sides of 8 or more pixels that are multiples of 4",
            ));
        }
        size::check(self, |config| Some(config.size(image)))?;
        let mut init = WeightInit::new(self.init, rng, device);
        let widths = self.widths();
        let deepest = widths[HALVINGS];
        let entry = reflected(&mut init, [channels, widths[0]], OUTER, false);
        let down = widths.windows(2).map(|pair| {
            let mut layer = init.convolution([pair[0], pair[1]], INNER, 1, false);
            layer.stride = [2, 2];
            layer
        });
        let down = down.collect();
        let mut inner = || reflected(&mut init, [deepest; 2], INNER, false);
        let blocks = (0..self.blocks).map(|_| Block {
            first: inner(),
            second: inner(),
        });
        let blocks = blocks.collect();
        let up = widths.windows(2).rev();
        let up = up.map(|pair| doubling(&mut init, [pair[1], pair[0]]));
        let up = up.collect();
        Ok(ResnetTranslator {
            entry,
            down,
            blocks,
            up,
            output: reflected(&mut init, [widths[0], channels], OUTER, true),
            image,
        })
    }

    /// Channels at each size, from the largest.
    fn widths(&self) -> [usize; HALVINGS + 1] {
        [1, 2, 4].map(|factor: usize| self.width.saturating_mul(factor))
    }

    /// Number of parameters and stored activations.
    pub(super) fn size(&self, image: ImageShape) -> NetworkSize {
        let widths = self.widths();
        let mut positions = size::pixels(image);
        let mut size = NetworkSize::default();
        let normalised = |size: &mut NetworkSize, pair: [usize; 2], kernel, positions: f64| {
            size.convolution(pair, kernel, 1, false);
            // The output, and that of the norm.
            size.keep_in(2.0, pair[1] as f64 * positions);
        };
        normalised(&mut size, [image.channels, widths[0]], OUTER, positions);
        for pair in widths.windows(2) {
            positions /= 4.0;
            normalised(&mut size, [pair[0], pair[1]], INNER, positions);
        }
        let deepest = widths[HALVINGS];
        let blocks = 2.0 * self.blocks as f64;
        let mut block = NetworkSize::default();
        normalised(&mut block, [deepest; 2], INNER, positions);
        size.matrix(blocks * block.matrices);
        size.keep_in(blocks, block.per_image);
        for pair in widths.windows(2).rev() {
            positions *= 4.0;
            normalised(&mut size, [pair[1], pair[0]], INNER, positions);
        }
        size.convolution([widths[0], image.channels], OUTER, 1, true);
        size.keep(size::numbers(image));
        size
    }
}

impl Generator for ResnetTranslator {
    fn forward(&self, input: GeneratorInput) -> Tensor<4> {
        let rectified = |images| instance_norm(images, Some(Activation::Relu));
        let images = reflect(input.expect_image(), OUTER / 2);
        let mut images = rectified(convolve(&self.entry, images));
        for layer in &self.down {
            images = rectified(convolve(layer, images));
        }
        for block in &self.blocks {
            let inner = reflect(images.clone(), INNER / 2);
            let inner = reflect(rectified(convolve(&block.first, inner)), INNER / 2);
            images = images + instance_norm(convolve(&block.second, inner), None);
        }
        for layer in &self.up {
            images = rectified(convolve_transposed(layer, images));
        }
        let images = reflect(images, OUTER / 2);
        ganforge_ops::tanh(convolve(&self.output, images))
    }

    fn forward_memory(&self, rows: usize) -> u64 {
        let ImageShape { height, width, .. } = self.image;
        let at = |halvings: usize| [height >> halvings, width >> halvings];
        let first = self.entry.weight.val().dims()[0];
        // Input, output and padded copy of the largest layers, and the images.
        let held = numbers(&[4 * first + 4 * self.image.channels, height, width]);
        let inner = self
            .blocks
            .iter()
            .map(|block| convolution_workspace(&block.first, at(HALVINGS)));
        let up = self.up.iter().zip((1..=HALVINGS).rev());
        let work = [
            convolution_workspace(&self.entry, at(0)),
            convolution_workspace(&self.output, at(0)),
            self.down
                .iter()
                .zip(1..)
                .map(|(layer, halvings)| convolution_workspace(layer, at(halvings)))
                .fold(0, u64::saturating_add),
            inner.max().unwrap_or(0),
            up.map(|(layer, halvings)| upsampling_workspace(layer, at(halvings)))
                .fold(0, u64::saturating_add),
        ];
        bytes(rows, work.into_iter().chain([held]))
    }
}

/// A convolution of images that were padded by reflection.
fn reflected(init: &mut WeightInit<'_>, channels: [usize; 2], kernel: usize, bias: bool) -> Conv2d {
    let mut layer = init.convolution(channels, kernel, 1, bias);
    layer.padding = PaddingConfig2d::Valid;
    layer
}

/// A transposed convolution that doubles height and width.
fn doubling(init: &mut WeightInit<'_>, [inputs, outputs]: [usize; 2]) -> ConvTranspose2d {
    let mut layer = ConvTranspose2dConfig::new([inputs, outputs], [INNER; 2])
        .with_stride([2, 2])
        .with_padding([1, 1])
        .with_padding_out([1, 1])
        .with_bias(false)
        .init(init.device());
    // An output pixel depends on 9/4 taps of the kernel on average.
    layer.weight = init.weight([inputs, outputs, INNER, INNER], inputs * 9 / 4);
    layer
}

fn sixty_four() -> usize {
    64
}

fn nine() -> usize {
    9
}

fn normal() -> Init {
    Init::Normal { std: 0.02 }
}
