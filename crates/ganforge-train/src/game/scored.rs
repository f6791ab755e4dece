//! Images as the discriminator is shown them, with what it makes of them.

use burn::tensor::{Int, Tensor};
use ganforge_model::{Discriminator, DiscriminatorInput, DiscriminatorOutput};

/// Which images are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// From the data.
    Real,
    /// From the generator.
    Fake,
}

/// One kind of image in one turn, judged.
#[derive(Debug, Clone)]
pub struct Scored {
    /// `[batch, channels, height, width]`
    pub images: Tensor<4>,
    /// What the discriminator says of them.
    pub output: DiscriminatorOutput,
    /// `[batch, channels, height, width]`, the gradient of each image's score by the image as a differentiable
    /// expression, where it was asked for and there is one.
    pub gradient: Option<Tensor<4>>,
}

impl Scored {
    /// Shows images to a discriminator; `with_gradient`, how its score changes with them is found in the same pass.
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, height, width]`
    /// - `class`: `[batch]`
    pub fn new<D: Discriminator>(
        judge: &D,
        images: Tensor<4>,
        class: Option<&Tensor<1, Int>>,
        with_gradient: bool,
    ) -> Self {
        let input = DiscriminatorInput::new(images.clone()).with_class(class.cloned());
        if with_gradient && let Some(found) = judge.input_gradient(input.clone()) {
            return Self {
                images,
                output: found.output,
                gradient: Some(found.gradient),
            };
        }
        Self {
            output: judge.forward(input),
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
