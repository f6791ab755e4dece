//! The trait of discriminators, and the built-in ones.

use burn::module::{Module, ModuleDisplay};
use burn::tensor::Tensor;

use crate::io::{DiscriminatorInput, DiscriminatorOutput, InputGradient};
use crate::layers::{MinibatchFeatures, TracedOutput};

/// A network that scores images. A Burn module that implements it, or [`TracedDiscriminator`] for the input gradient too,
/// can be trained.
///
/// ```
/// use ganforge_model::burn::tensor::{Device, Distribution, Tensor};
/// use ganforge_model::networks::MlpDiscriminatorConfig;
/// use ganforge_model::{Discriminator, DiscriminatorInput, ImageShape, keyed_rng};
///
/// let (image, device) = (ImageShape { channels: 1, height: 8, width: 8 }, Device::flex());
/// let mut rng = keyed_rng(7, "weights", 0);
/// let network = MlpDiscriminatorConfig::new([32, 32]).init(image, 0, &mut rng, &device)?;
///
/// let images = Tensor::<4>::random([16, 1, 8, 8], Distribution::Uniform(-1.0, 1.0), &device);
/// let scores = network.forward(DiscriminatorInput::new(images.clone())).logits;
/// assert_eq!(scores.dims(), [16, 1]);
/// // The gradient of each score with respect to its image, as R1 and WGAN-GP need it.
/// let gradient = network.input_gradient(DiscriminatorInput::new(images)).map(|traced| traced.gradient);
/// assert_eq!(gradient.map(|gradient| gradient.dims()), Some([16, 1, 8, 8]));
/// # Ok::<(), ganforge_model::ConfigError>(())
/// ```
pub trait Discriminator: Module + ModuleDisplay {
    /// Scores images.
    fn forward(&self, input: DiscriminatorInput) -> DiscriminatorOutput;

    /// The hidden layers whose activations describe an image, from the first to the last, each `[batch, channels, height,
    /// width]`; by default the last hidden layer alone, of height and width 1.
    fn hidden_layers(&self, input: DiscriminatorInput) -> Vec<Tensor<4>> {
        vec![self.forward(input).features.unsqueeze_dims(&[-1, -1])]
    }

    /// The gradient of each score with respect to its image, computed by forward operations on the parameters; `None` if
    /// the network does not implement it.
    ///
    /// Gradient penalties are differentiated with respect to the parameters, but Burn differentiates only once. With this
    /// expression they are exact; without it they use finite differences. The expression is the backward pass through the
    /// layers: transposed linear layers and convolutions, times the derivatives of the activations
    /// ([`TracedDiscriminator`] derives it). A network whose scores depend on the whole batch, as with batch
    /// normalisation, must return `None`.
    ///
    /// Images are treated as constants.
    fn input_gradient(&self, _input: DiscriminatorInput) -> Option<InputGradient> {
        None
    }
}

/// A discriminator written as steps on a [`Traced`](crate::layers::Traced) value: the same code computes the forward pass
/// and the exact input gradient.
///
/// ```
/// use ganforge_model::burn::module::Module;
/// use ganforge_model::burn::nn::Linear;
/// use ganforge_model::burn::tensor::{Device, Tensor};
/// use ganforge_model::layers::{Activation, Conditioning, Head, Init, Traced, TracedOutput, WeightInit};
/// use ganforge_model::{Discriminator, DiscriminatorInput, TracedDiscriminator, keyed_rng};
/// # use ganforge_model::burn;
///
/// #[derive(Module, Debug)]
/// struct OneLayer {
///     hidden: Linear,
///     head: Head,
/// }
///
/// impl TracedDiscriminator for OneLayer {
///     fn trace(&self, input: DiscriminatorInput) -> TracedOutput<'_> {
///         let rows = Traced::new(input.images).flatten().linear(&self.hidden);
///         self.head.trace(rows.activation(Activation::LeakyRelu), input.class)
///     }
/// }
///
/// let device = Device::flex();
/// let mut rng = keyed_rng(7, "weights", 0);
/// let mut init = WeightInit::new(Init::He, &mut rng, &device);
/// let hidden = init.linear(64, 32, true);
/// let head = Head::new(32, Conditioning::Projection, None, 0, &mut init)?;
///
/// let input = DiscriminatorInput::new(Tensor::zeros([4, 1, 8, 8], &device));
/// let gradient = OneLayer { hidden, head }.input_gradient(input);
/// assert_eq!(gradient.map(|traced| traced.gradient.dims()), Some([4, 1, 8, 8]));
/// # Ok::<(), ganforge_model::ConfigError>(())
/// ```
pub trait TracedDiscriminator: Module + ModuleDisplay {
    /// Scores images, and records the backward pass from the scores to the images.
    fn trace(&self, input: DiscriminatorInput) -> TracedOutput<'_>;

    /// As [`Discriminator::hidden_layers`].
    fn hidden_layers(&self, input: DiscriminatorInput) -> Vec<Tensor<4>> {
        vec![self.trace(input).output.features.unsqueeze_dims(&[-1, -1])]
    }
}

impl<T: TracedDiscriminator> Discriminator for T {
    fn forward(&self, input: DiscriminatorInput) -> DiscriminatorOutput {
        self.trace(input).output
    }

    fn hidden_layers(&self, input: DiscriminatorInput) -> Vec<Tensor<4>> {
        TracedDiscriminator::hidden_layers(self, input)
    }

    fn input_gradient(&self, input: DiscriminatorInput) -> Option<InputGradient> {
        self.trace(input).input_gradient()
    }
}

/// Why the score of an image depends on the other images of its batch, and which setting avoids it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coupling {
    /// The key below `discriminator`.
    pub key: &'static str,
    /// Its value.
    pub value: &'static str,
    /// The setting without the dependence.
    pub instead: &'static str,
    /// The cause, a plural noun.
    pub what: &'static str,
}

impl Coupling {
    /// Batch normalisation.
    pub const BATCH_NORM: Self = Self {
        key: "batch_norm",
        value: "true",
        instead: "false",
        what: "batch statistics",
    };

    pub(crate) fn minibatch(features: MinibatchFeatures) -> Self {
        Self {
            key: "minibatch_features",
            value: features.name(),
            instead: "left out",
            what: "minibatch features",
        }
    }
}
