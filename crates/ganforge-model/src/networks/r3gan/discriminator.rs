//! The discriminator of R3GAN.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::tensor::Device;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::basis::Basis;
use super::gain_init::GainInit;
use super::stage::Stage;
use super::stages::{StageConfig, Stages};
use super::{sixteen, two};
use crate::layers::{Conditioning, Head, MinibatchFeatures, Traced, TracedOutput, low_pass};
use crate::{ConfigError, DiscriminatorInput, ImageShape, TracedDiscriminator, size};

/// `[discriminator] kind = "r3gan"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct R3ganDiscriminatorConfig {
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
    /// Conditioning on the class; projection by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditioning: Option<Conditioning>,
    /// Minibatch features; none by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minibatch_features: Option<MinibatchFeatures>,
}

/// Residual blocks at each size from the image to the base grid, then the inner product of each channel with a basis.
#[derive(Module, Debug)]
pub struct R3ganDiscriminator {
    from_image: Conv2d,
    stages: Vec<Stage>,
    basis: Basis,
    head: Head,
    input_classes: usize,
}

impl R3ganDiscriminatorConfig {
    /// A network of this `width`; other fields have their defaults.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self {
            width,
            max_width: None,
            blocks: two(),
            group_width: sixteen(),
            conditioning: None,
            minibatch_features: None,
        }
    }

    /// Builds the network; see [`DiscriminatorArchitecture::init`](crate::DiscriminatorArchitecture::init).
    ///
    /// # Errors
    /// An unsupported image size, a size of 0, groups that do not divide the channels, or too many parameters.
    pub fn init(
        &self,
        image: ImageShape,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<R3ganDiscriminator, ConfigError> {
        let sizes = self.stages(image)?;
        size::check(self, |config| config.size(image, classes))?;
        let conditioning =
            Conditioning::choose(self.conditioning, Conditioning::Projection, classes)?;
        let input_classes = conditioning.input_classes(classes);
        let inputs = image.channels + input_classes;
        let top = sizes.channels[0];
        let grid: usize = sizes.base_grid.iter().product();
        let mut init = GainInit::new(rng, device);
        let after = std::iter::once(&top).chain(&sizes.channels);
        let mut stages: Vec<Stage> = after
            .zip(&sizes.channels)
            .map(|(&to, &from)| sizes.stage(from, [from, to], &mut init))
            .collect();
        stages.reverse();
        Ok(R3ganDiscriminator {
            from_image: init
                .with(1.0, inputs)
                .convolution([inputs, self.width], 1, 1, false),
            stages,
            basis: Basis::new(top, sizes.base_grid, init.with(1.0, grid)),
            head: Head::new(
                top,
                conditioning,
                self.minibatch_features,
                classes,
                &mut init.with(1.0, top),
            )?,
            input_classes,
        })
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

impl TracedDiscriminator for R3ganDiscriminator {
    fn trace(&self, input: DiscriminatorInput) -> TracedOutput<'_> {
        let DiscriminatorInput { images, class, .. } = input;
        let kernel = low_pass(&images.device());
        let mut images = Traced::new(images);
        if self.input_classes > 0 {
            images = images.append_planes(class.clone(), self.input_classes);
        }
        images = images.convolution(&self.from_image);
        for (index, stage) in self.stages.iter().enumerate() {
            images = stage.trace(images);
            if index + 1 < self.stages.len() {
                images = stage.change_channels(images.filter(kernel.clone(), 2));
            }
        }
        self.head.trace(self.basis.project(images), class)
    }
}
