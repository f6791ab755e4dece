//! A residual network of fully connected layers, whose score knows its own slope.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Device;
use ganforge_model::layers::{
    Activation, Conditioning, Head, Init, Traced, TracedOutput, WeightInit,
};
use ganforge_model::{
    ChaCha8Rng, ConfigError, DiscriminatorArchitecture, DiscriminatorInput, ImageShape,
    TracedDiscriminator,
};
use serde::{Deserialize, Serialize};

/// `[discriminator]` in `recipe.toml`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Residual {
    /// Units of every layer.
    pub width: usize,
    /// Residual blocks.
    pub blocks: usize,
}

/// A residual MLP on pixels.
#[derive(Module, Debug)]
pub struct ResidualMlp {
    entry: Linear,
    blocks: Vec<[Linear; 2]>,
    head: Head,
}

impl DiscriminatorArchitecture for Residual {
    type Network = ResidualMlp;

    fn init(
        &self,
        image: ImageShape,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<ResidualMlp, ConfigError> {
        if self.width == 0 {
            return Err(ConfigError::new("width", 0, "1 or more"));
        }
        let mut init = WeightInit::new(Init::Fan, rng, device);
        let width = self.width;
        Ok(ResidualMlp {
            entry: init.linear(image.values(), width, true),
            blocks: (0..self.blocks)
                .map(|_| [(); 2].map(|()| init.linear(width, width, true)))
                .collect(),
            head: Head::new(width, Conditioning::Projection, None, classes, &mut init)?,
        })
    }
}

/// The forward pass. `Traced` records the transpose of each step, from which the gradient of the score with respect to the image
/// follows, so that penalties on it, such as R1, are exact. A network that is not a chain of such steps implements
/// `Discriminator` instead, with `forward` alone.
impl TracedDiscriminator for ResidualMlp {
    fn trace(&self, input: DiscriminatorInput) -> TracedOutput<'_> {
        let mut rows = Traced::new(input.images).flatten().linear(&self.entry);
        for [first, second] in &self.blocks {
            rows = rows.fork(
                |rows| rows,
                |rows| {
                    let rows = rows.activation(Activation::LeakyRelu).linear(first);
                    rows.activation(Activation::LeakyRelu).linear(second)
                },
            );
        }
        self.head
            .trace(rows.activation(Activation::LeakyRelu), input.class)
    }
}
