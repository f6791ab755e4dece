//! What goes into networks and comes out of them.

use burn::tensor::{Int, Tensor};

/// A batch of generator inputs. A generator from latents takes noise, a translator takes images; either may take classes.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use ganforge_model::GeneratorInput;
///
/// let noise = Tensor::<2>::zeros([16, 64], &Device::flex());
/// let input = GeneratorInput::noise(noise);
/// assert!(input.class.is_none() && input.image.is_none());
/// ```
#[derive(Debug, Clone, Default)]
pub struct GeneratorInput {
    /// `[batch, dimension]`, latents.
    pub noise: Option<Tensor<2>>,
    /// `[batch]`, the class wanted for each row; `None` for an unconditional generator.
    pub class: Option<Tensor<1, Int>>,
    /// `[batch, channels, height, width]`, what an image-to-image generator translates or completes.
    pub image: Option<Tensor<4>>,
}

impl GeneratorInput {
    /// Latents alone.
    ///
    /// # Shapes
    /// - `noise`: `[batch, dimension]`
    #[must_use]
    pub fn noise(noise: Tensor<2>) -> Self {
        Self {
            noise: Some(noise),
            ..Self::default()
        }
    }

    /// Images alone.
    ///
    /// # Shapes
    /// - `image`: `[batch, channels, height, width]`
    #[must_use]
    pub fn image(image: Tensor<4>) -> Self {
        Self {
            image: Some(image),
            ..Self::default()
        }
    }

    /// The same input with a class per row, where there are classes.
    ///
    /// # Shapes
    /// - `class`: `[batch]`
    #[must_use]
    pub fn with_class(self, class: Option<Tensor<1, Int>>) -> Self {
        Self { class, ..self }
    }

    /// The latents of a generator that is made of them.
    ///
    /// # Panics
    /// Without noise: the description of a generator says whether it takes any
    /// ([`GeneratorArchitecture::latent`](crate::GeneratorArchitecture::latent)).
    #[must_use]
    pub fn expect_noise(&self) -> Tensor<2> {
        self.noise.clone().expect("this generator takes noise")
    }

    /// The images of a generator that translates them.
    ///
    /// # Panics
    /// Without images.
    #[must_use]
    pub fn expect_image(&self) -> Tensor<4> {
        self.image.clone().expect("this generator takes images")
    }
}

/// A batch of discriminator inputs.
#[derive(Debug, Clone)]
pub struct DiscriminatorInput {
    /// `[batch, channels, height, width]`, what is scored.
    pub images: Tensor<4>,
    /// `[batch]`, `None` for an unconditional discriminator.
    pub class: Option<Tensor<1, Int>>,
    /// `[batch, dimension]`, a latent that is scored jointly with the image; `None` for most discriminators.
    pub code: Option<Tensor<2>>,
}

impl DiscriminatorInput {
    /// Images alone.
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, height, width]`
    #[must_use]
    pub fn new(images: Tensor<4>) -> Self {
        Self {
            images,
            class: None,
            code: None,
        }
    }

    /// The same input with a class per row, where there are classes.
    ///
    /// # Shapes
    /// - `class`: `[batch]`
    #[must_use]
    pub fn with_class(self, class: Option<Tensor<1, Int>>) -> Self {
        Self { class, ..self }
    }

    /// The same input with a code per row.
    ///
    /// # Shapes
    /// - `code`: `[batch, dimension]`
    #[must_use]
    pub fn with_code(self, code: Tensor<2>) -> Self {
        Self {
            code: Some(code),
            ..self
        }
    }
}

/// The output of a discriminator for a batch of images.
#[derive(Debug, Clone)]
pub struct DiscriminatorOutput {
    /// `[batch, outputs]`, unbounded scores; large means "real". A payoff gives them their meaning.
    pub logits: Tensor<2>,
    /// `[batch, features]`, the last hidden layer.
    pub features: Tensor<2>,
    /// `[batch, classes]`, unbounded scores of the classes, from a discriminator with a classifier.
    pub class_logits: Option<Tensor<2>>,
}

/// The output for a batch of images, and the gradient of each score with respect to its image.
#[derive(Debug, Clone)]
pub struct InputGradient {
    /// What [`forward`](crate::Discriminator::forward) returns, under the same dropout masks as the gradient.
    pub output: DiscriminatorOutput,
    /// `[batch, channels, height, width]`, each image's gradient of the sum of its logits: a function of the
    /// discriminator's parameters that can be differentiated by them.
    pub gradient: Tensor<4>,
}
