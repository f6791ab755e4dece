//! The residual discriminator.

use burn::module::Module;
use burn::tensor::Device;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::block::{BlockKind, DiscriminatorBlock};
use super::{channels, effective_max_width};
use crate::layers::{
    Activation, Conditioning, Head, Init, MinibatchFeatures, Traced, TracedOutput, WeightInit,
};
use crate::networks::defaults::he;
use crate::networks::pyramid::Pyramid;
use crate::{ConfigError, DiscriminatorInput, ImageShape, TracedDiscriminator, size};

/// `[discriminator] kind = "resnet"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResnetDiscriminatorConfig {
    /// Channels of the first block, 128 in the paper's network for 32×32 pixels.
    pub width: usize,
    /// Largest number of channels; they double with each halving of the size up to it. `width` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_width: Option<usize>,
    /// Conditioning on the class; projection by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditioning: Option<Conditioning>,
    /// Minibatch features; none by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minibatch_features: Option<MinibatchFeatures>,
    /// Initial weights.
    #[serde(default = "he")]
    pub init: Init,
}

/// Blocks that halve height and width until the shorter side has 8 pixels (4 for images of 8 pixels), two that keep the
/// size, then a rectifier, the sum over all pixels, and a linear layer to one score.
#[derive(Module, Debug)]
pub struct ResnetDiscriminator {
    blocks: Vec<DiscriminatorBlock>,
    head: Head,
    input_classes: usize,
}

impl ResnetDiscriminatorConfig {
    /// A network of this `width`; other fields have their defaults.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self {
            width,
            max_width: None,
            conditioning: None,
            minibatch_features: None,
            init: he(),
        }
    }

    /// Builds the network; see [`DiscriminatorArchitecture::init`](crate::DiscriminatorArchitecture::init).
    ///
    /// # Errors
    /// An unsupported image size, a width of 0, a `max_width` below it, or too many parameters.
    pub fn init(
        &self,
        image: ImageShape,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<ResnetDiscriminator, ConfigError> {
        let most = effective_max_width(self.width, self.max_width)?;
        self.init.check()?;
        size::check(self, |config| config.size(image, classes))?;
        let conditioning =
            Conditioning::choose(self.conditioning, Conditioning::Projection, classes)?;
        let input_classes = conditioning.input_classes(classes);
        let halvings = Pyramid::of(image, "resnet")?.stages;
        let mut init = WeightInit::new(self.init, rng, device);
        let mut blocks = Vec::new();
        let mut inputs = image.channels + input_classes;
        let down = channels(self.width, most, (halvings - 1).max(1));
        for (index, outputs) in down.into_iter().enumerate() {
            let kind = if index == 0 {
                BlockKind::First
            } else {
                BlockKind::Down
            };
            blocks.push(DiscriminatorBlock::new(kind, [inputs, outputs], &mut init));
            inputs = outputs;
        }
        for _ in 0..2 {
            blocks.push(DiscriminatorBlock::new(
                BlockKind::SameSize,
                [inputs; 2],
                &mut init,
            ));
        }
        Ok(ResnetDiscriminator {
            blocks,
            head: Head::new(
                inputs,
                conditioning,
                self.minibatch_features,
                classes,
                &mut init,
            )?,
            input_classes,
        })
    }
}

impl TracedDiscriminator for ResnetDiscriminator {
    fn trace(&self, input: DiscriminatorInput) -> TracedOutput<'_> {
        let DiscriminatorInput { images, class, .. } = input;
        let mut images = Traced::new(images);
        if self.input_classes > 0 {
            images = images.append_planes(class.clone(), self.input_classes);
        }
        for block in &self.blocks {
            images = block.trace(images);
        }
        let images = images.activation(Activation::Relu);
        self.head.trace(images.sum_pool(), class)
    }
}
