//! Preprocessed images and the discriminator's output for them.

use burn::tensor::{Int, Tensor};
use ganforge_model::{Discriminator, DiscriminatorInput, DiscriminatorOutput};

/// Where images come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The dataset.
    Real,
    /// The generator.
    Fake,
}

/// The images of one source in one turn, with their scores.
#[derive(Debug, Clone)]
pub struct Scored {
    /// `[batch, channels, height, width]`
    pub images: Tensor<4>,
    /// The discriminator's output for them.
    pub output: DiscriminatorOutput,
    /// `[batch, channels, height, width]`, the gradient of each image's score with respect to the image, as a differentiable expression; `None` if
    /// not requested or not supported by the discriminator.
    pub gradient: Option<Tensor<4>>,
}

impl Scored {
    /// Scores images; `with_gradient` also computes the input gradient in the same pass, if the discriminator supports it.
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, height, width]`
    /// - `class`: `[batch]`
    pub fn new<D: Discriminator>(
        discriminator: &D,
        images: Tensor<4>,
        class: Option<&Tensor<1, Int>>,
        with_gradient: bool,
    ) -> Self {
        let input = DiscriminatorInput::new(images.clone()).with_class(class.cloned());
        if with_gradient && let Some(traced) = discriminator.input_gradient(input.clone()) {
            return Self {
                images,
                output: traced.output,
                gradient: Some(traced.gradient),
            };
        }
        Self {
            output: discriminator.forward(input),
            images,
            gradient: None,
        }
    }

    /// The logits, `[batch, outputs]`.
    #[must_use]
    pub fn score(&self) -> Tensor<2> {
        self.output.logits.clone()
    }
}
