//! The discriminator of DCGAN.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::nn::{BatchNorm, BatchNormConfig};
use burn::tensor::{Device, Tensor};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{Pyramid, dcgan_init};
use crate::layers::{
    Activation, Conditioning, Head, Init, MinibatchFeatures, Traced, TracedOutput, WeightInit,
    batch_norm,
};
use crate::networks::defaults::yes;
use crate::{ConfigError, DiscriminatorInput, ImageShape, TracedDiscriminator, size};

/// `[discriminator] kind = "dcgan"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DcganDiscriminatorConfig {
    /// Channels of the first hidden layer; they double with each halving of the size.
    pub width: usize,
    /// Batch norm in all stages but the first; scores then depend on the whole batch.
    #[serde(default = "yes")]
    pub batch_norm: bool,
    /// Conditioning on the class; concatenation by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditioning: Option<Conditioning>,
    /// Minibatch features; none by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minibatch_features: Option<MinibatchFeatures>,
    /// Initial weights.
    #[serde(default = "dcgan_init")]
    pub init: Init,
}

/// Convolutions that each halve height and width, then a linear layer to one score.
#[derive(Module, Debug)]
pub struct DcganDiscriminator {
    stages: Vec<Conv2d>,
    norms: Vec<BatchNorm>,
    head: Head,
    input_classes: usize,
}

impl DcganDiscriminatorConfig {
    /// A network of this `width`; other fields have their defaults.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self {
            width,
            batch_norm: yes(),
            conditioning: None,
            minibatch_features: None,
            init: dcgan_init(),
        }
    }

    /// Builds the network; see [`DiscriminatorArchitecture::init`](crate::DiscriminatorArchitecture::init).
    ///
    /// # Errors
    /// An unsupported image size, a width of 0, or too many parameters.
    pub fn init(
        &self,
        image: ImageShape,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<DcganDiscriminator, ConfigError> {
        ConfigError::at_least_one("width", self.width)?;
        self.init.check()?;
        size::check(self, |config| config.size(image, classes))?;
        let pyramid = Pyramid::of(image, "dcgan")?;
        let mut channels = pyramid.channels(self.width);
        channels.reverse();
        let mut init = WeightInit::new(self.init, rng, device);
        let conditioning =
            Conditioning::choose(self.conditioning, Conditioning::Concatenation, classes)?;
        let input_classes = conditioning.input_classes(classes);
        let first = image.channels + input_classes;
        let stages = std::iter::once(&first)
            .chain(&channels)
            .zip(&channels)
            .map(|(&inputs, &outputs)| init.downsampling_conv(inputs, outputs))
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
            head: Head::new(
                top * grid,
                conditioning,
                self.minibatch_features,
                classes,
                &mut init,
            )?,
            input_classes,
        })
    }
}

impl TracedDiscriminator for DcganDiscriminator {
    fn trace(&self, input: DiscriminatorInput) -> TracedOutput<'_> {
        let class = input.class.clone();
        let images = self.stages(input, |_| ());
        self.head.trace(images.flatten(), class)
    }

    /// Every convolution after its activation.
    fn hidden_layers(&self, input: DiscriminatorInput) -> Vec<Tensor<4>> {
        let mut layers = Vec::with_capacity(self.stages.len());
        let _ = self.stages(input, |images| layers.push(images.value()));
        layers
    }
}

impl DcganDiscriminator {
    /// The output of the last stage; `visit` is called with that of each.
    fn stages(
        &self,
        input: DiscriminatorInput,
        mut visit: impl FnMut(&Traced<'_, 4>),
    ) -> Traced<'_, 4> {
        let mut images = Traced::new(input.images);
        if self.input_classes > 0 {
            images = images.append_planes(input.class, self.input_classes);
        }
        for (index, stage) in self.stages.iter().enumerate() {
            images = images.convolution(stage);
            // The first stage has no norm, as in the paper.
            images = match index.checked_sub(1).and_then(|index| self.norms.get(index)) {
                Some(norm) => {
                    let output = batch_norm(norm, images.value(), Some(Activation::LeakyRelu));
                    images.mixed(output)
                }
                None => images.activation(Activation::LeakyRelu),
            };
            visit(&images);
        }
        images
    }
}
