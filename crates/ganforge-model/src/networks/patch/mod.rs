//! The discriminator of `CycleGAN`, which scores overlapping patches of an image (Isola et al. 2017, "Image-to-Image Translation
//! with Conditional Adversarial Networks", section 3.2.2).

use burn::module::Module;
use burn::nn::PaddingConfig2d;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::tensor::{Device, Tensor};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::layers::{Activation, Init, Traced, TracedOutput, WeightInit, instance_norm};
use crate::{ConfigError, DiscriminatorInput, ImageShape, NetworkSize, TracedDiscriminator, size};

/// Kernel size of every layer.
const KERNEL: usize = 4;

/// The largest factor of the width.
const MOST_DOUBLINGS: usize = 3;

/// `[discriminator] kind = "patch"`. Its logits are those of the patches, of which the payoff takes the mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatchDiscriminatorConfig {
    /// Channels of the first layer; they double with each layer, up to eight times.
    #[serde(default = "sixty_four")]
    pub width: usize,
    /// Layers that halve the size; two more keep it. With 3 a patch has 70×70 pixels, with 2 34×34, with 1 16×16.
    #[serde(default = "three")]
    pub layers: usize,
    /// Initial weights.
    #[serde(default = "normal")]
    pub init: Init,
}

/// Convolutions with instance norm, but in the first and last layer, and leaky rectifiers.
#[derive(Module, Debug)]
pub struct PatchDiscriminator {
    hidden: Vec<Conv2d>,
    output: Conv2d,
}

impl PatchDiscriminatorConfig {
    /// A network of this width with so many layers that halve the size.
    #[must_use]
    pub fn new(width: usize, layers: usize) -> Self {
        Self {
            width,
            layers,
            init: normal(),
        }
    }

    /// Builds the network; see [`DiscriminatorArchitecture::init`](crate::DiscriminatorArchitecture::init).
    ///
    /// # Errors
    /// Images that are too small for a patch, classes, a width or number of layers of 0, or too many parameters.
    pub fn init(
        &self,
        image: ImageShape,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<PatchDiscriminator, ConfigError> {
        ConfigError::at_least_one("width", self.width)?;
        ConfigError::at_least_one("layers", self.layers)?;
        self.init.check()?;
        if classes > 0 {
            return Err(ConfigError::new(
                "kind",
                "patch",
                "another one with data.labels = true: patches are scored without a class",
            ));
        }
        let ImageShape { height, width, .. } = image;
        if self.sizes(image).is_none() {
            return Err(ConfigError::new(
                "layers",
                self.layers,
                format!("fewer, since images of {height}×{width} pixels have no patch left"),
            ));
        }
        size::check(self, |config| config.size(image))?;
        let mut init = WeightInit::new(self.init, rng, device);
        let channels = self.channels(image.channels);
        let hidden = channels.windows(2).zip(0..).map(|(pair, index)| {
            let stride = if index < self.layers { 2 } else { 1 };
            layer(&mut init, [pair[0], pair[1]], stride, index == 0)
        });
        let hidden = hidden.collect();
        let last = channels[channels.len() - 1];
        Ok(PatchDiscriminator {
            hidden,
            output: layer(&mut init, [last, 1], 1, true),
        })
    }

    /// Channels of the image and of each hidden layer.
    fn channels(&self, image: usize) -> Vec<usize> {
        let width = |index: usize| self.width.saturating_mul(1 << index.min(MOST_DOUBLINGS));
        let hidden = (0..=self.layers).map(width);
        std::iter::once(image).chain(hidden).collect()
    }

    /// Height and width of each hidden layer and of the map of scores; `None` for images that are too small.
    fn sizes(&self, image: ImageShape) -> Option<Vec<[usize; 2]>> {
        let mut sizes = Vec::new();
        let mut sides = [image.height, image.width];
        for index in 0..self.layers.saturating_add(2) {
            sides = if index < self.layers {
                sides.map(|side| side / 2)
            } else {
                sides.map(|side| side.saturating_sub(1))
            };
            if sides.contains(&0) {
                return None;
            }
            sizes.push(sides);
        }
        Some(sizes)
    }

    /// Number of parameters and stored activations; `None` for images that are too small.
    pub(crate) fn size(&self, image: ImageShape) -> Option<NetworkSize> {
        let sizes = self.sizes(image)?;
        let mut size = NetworkSize::default();
        size.keep(size::numbers(image));
        let mut channels = self.channels(image.channels);
        channels.push(1);
        let last = channels.len() - 2;
        for (index, (pair, [height, width])) in channels.windows(2).zip(sizes).enumerate() {
            size.convolution([pair[0], pair[1]], KERNEL, 1, index == 0 || index == last);
            let values = pair[1] as f64 * height as f64 * width as f64;
            let has_norm = index > 0 && index < last;
            size.keep_in(if has_norm { 2.0 } else { 1.0 }, values);
        }
        Some(size)
    }
}

impl TracedDiscriminator for PatchDiscriminator {
    fn trace(&self, input: DiscriminatorInput) -> TracedOutput<'_> {
        let images = self.stages(input, |_| ());
        let features = images.value().flatten(1, 3);
        TracedOutput::new(images.convolution(&self.output).flatten(), features)
    }

    /// Every convolution but the last after its activation.
    fn hidden_layers(&self, input: DiscriminatorInput) -> Vec<Tensor<4>> {
        let mut layers = Vec::with_capacity(self.hidden.len());
        let _ = self.stages(input, |images| layers.push(images.value()));
        layers
    }
}

impl PatchDiscriminator {
    /// The last hidden layer; `visit` is called with each.
    fn stages(
        &self,
        input: DiscriminatorInput,
        mut visit: impl FnMut(&Traced<'_, 4>),
    ) -> Traced<'_, 4> {
        let mut images = Traced::new(input.images);
        for (index, layer) in self.hidden.iter().enumerate() {
            images = images.convolution(layer);
            images = if index == 0 {
                images.activation(Activation::LeakyRelu)
            } else {
                let output = instance_norm(images.value(), Some(Activation::LeakyRelu));
                // Its gradient with respect to the image is not traced.
                images.mixed(output)
            };
            visit(&images);
        }
        images
    }
}

/// A convolution with padding 1.
fn layer(
    init: &mut WeightInit<'_>,
    [inputs, outputs]: [usize; 2],
    stride: usize,
    bias: bool,
) -> Conv2d {
    let mut layer = Conv2dConfig::new([inputs, outputs], [KERNEL; 2])
        .with_stride([stride; 2])
        .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
        .with_bias(bias)
        .init(init.device());
    let fan_in = inputs * KERNEL * KERNEL;
    layer.weight = init.weight([outputs, inputs, KERNEL, KERNEL], fan_in);
    layer.bias = bias.then(|| init.bias(outputs, fan_in));
    layer
}

fn sixty_four() -> usize {
    64
}

fn three() -> usize {
    3
}

fn normal() -> Init {
    Init::Normal { std: 0.02 }
}
