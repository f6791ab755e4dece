//! The discriminators of LAPGAN, one for each level.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::nn::{Dropout, DropoutConfig};
use burn::tensor::{Device, Int, Tensor};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::level::ClassPlane;
use super::{DISCRIMINATOR_KERNEL, check_side, torch_init};
use crate::layers::{Activation, Conditioning, Head, Init, Traced, TracedOutput, WeightInit};
use crate::networks::{MlpDiscriminator, MlpDiscriminatorConfig};
use crate::{ConfigError, DiscriminatorInput, ImageShape, TracedDiscriminator, size};

/// The table `[discriminator]` of the system `lapgan`: the networks of all levels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LapganDiscriminatorConfig {
    /// Units of each hidden layer of the coarsest level.
    pub hidden: Vec<usize>,
    /// Channels of the convolutions of every finer level.
    pub width: usize,
    /// Dropout rate of hidden units in training, in [0, 1): of every hidden layer of the coarsest level, and of the last one of finer levels.
    #[serde(default = "half")]
    pub dropout_hidden: f64,
    /// Initial weights.
    #[serde(default = "torch_init")]
    pub init: Init,
}

/// The discriminator of one level.
#[derive(Module, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "a game has a few discriminators, whose weights are on the heap"
)]
pub enum LapganDiscriminator {
    /// Level 0.
    Coarsest(MlpDiscriminator),
    /// Any other level.
    Finer(LevelDiscriminator),
}

/// The discriminator of a finer level: two convolutions and a linear layer.
#[derive(Module, Debug)]
pub struct LevelDiscriminator {
    class_plane: Option<ClassPlane>,
    first: Conv2d,
    second: Conv2d,
    dropout: Dropout,
    head: Head,
}

impl LapganDiscriminatorConfig {
    /// Networks with these hidden layers at the coarsest level and `width` channels at the others; other fields have their
    /// defaults.
    #[must_use]
    pub fn new(hidden: impl Into<Vec<usize>>, width: usize) -> Self {
        Self {
            hidden: hidden.into(),
            width,
            dropout_hidden: half(),
            init: torch_init(),
        }
    }

    /// Builds the network of `level`, for images of `shape`.
    ///
    /// # Errors
    /// A layer of 0 units, a level that is too small, a dropout rate outside [0, 1), initial weights out of range, or too many
    /// parameters.
    pub fn init(
        &self,
        level: usize,
        shape: ImageShape,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<LapganDiscriminator, ConfigError> {
        let coarsest = self.coarsest();
        if level == 0 {
            let network = coarsest.init(shape, classes, rng, device)?;
            return Ok(LapganDiscriminator::Coarsest(network));
        }
        ConfigError::at_least_one("width", self.width)?;
        ConfigError::rate("dropout_hidden", self.dropout_hidden)?;
        self.init.check()?;
        check_side(shape)?;
        size::check(self, |config| Some(config.finer_size(shape, classes)))?;
        let mut init = WeightInit::new(self.init, rng, device);
        let class_plane = ClassPlane::new(shape, classes, &mut init);
        let planes = shape.channels + usize::from(class_plane.is_some());
        let kernel = DISCRIMINATOR_KERNEL;
        let first = init.valid_convolution([planes, self.width], kernel, 1);
        let second = init.valid_convolution([self.width; 2], kernel, 2);
        let [_, [height, width]] = Self::outputs(shape);
        let features = self.width * height * width;
        let head = Head::new(features, Conditioning::Concatenation, None, 0, &mut init)?;
        Ok(LapganDiscriminator::Finer(LevelDiscriminator {
            class_plane,
            first,
            second,
            dropout: DropoutConfig::new(self.dropout_hidden).init(),
            head,
        }))
    }

    /// The network of the coarsest level.
    #[must_use]
    pub fn coarsest(&self) -> MlpDiscriminatorConfig {
        MlpDiscriminatorConfig {
            activation: Activation::Relu,
            dropout_hidden: self.dropout_hidden,
            init: self.init,
            ..MlpDiscriminatorConfig::new(self.hidden.clone())
        }
    }

    /// Height and width of the outputs of both convolutions of a finer level; without meaning for one that [`check_side`] refuses.
    pub(super) fn outputs(shape: ImageShape) -> [[usize; 2]; 2] {
        let first =
            [shape.height, shape.width].map(|side| side.saturating_sub(DISCRIMINATOR_KERNEL - 1));
        [
            first,
            first.map(|side| side.saturating_sub(DISCRIMINATOR_KERNEL) / 2 + 1),
        ]
    }
}

impl TracedDiscriminator for LapganDiscriminator {
    fn trace(&self, input: DiscriminatorInput) -> TracedOutput<'_> {
        match self {
            Self::Coarsest(network) => network.trace(input),
            Self::Finer(network) => network.trace(input),
        }
    }
}

impl TracedDiscriminator for LevelDiscriminator {
    fn trace(&self, input: DiscriminatorInput) -> TracedOutput<'_> {
        let images = self.with_class_plane(Traced::new(input.images), input.class);
        let hidden = images.convolution(&self.first).activation(Activation::Relu);
        let hidden = hidden
            .convolution(&self.second)
            .activation(Activation::Relu);
        let rows = hidden.flatten().dropout(&self.dropout);
        self.head.trace(rows, None)
    }
}

impl LevelDiscriminator {
    fn with_class_plane<'a>(
        &'a self,
        images: Traced<'a, 4>,
        class: Option<Tensor<1, Int>>,
    ) -> Traced<'a, 4> {
        let (Some(plane), Some(class)) = (&self.class_plane, class) else {
            return images;
        };
        let [_, channels, height, width] = images.value().dims();
        let plane = plane.forward(class, [height, width]);
        let output = Tensor::cat(vec![images.value(), plane], 1);
        images.then(output, move |gradient| gradient.narrow(1, 0, channels))
    }
}

fn half() -> f64 {
    0.5
}
