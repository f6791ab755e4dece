//! Inputs and outputs of networks.

use burn::tensor::{Int, Tensor};

/// A batch of inputs of a generator. A generator of latents takes noise and an image-to-image generator takes images;
/// both may take classes.
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
    /// `[batch]`, the class of each image; `None` for an unconditional generator.
    pub class: Option<Tensor<1, Int>>,
    /// `[batch, channels, height, width]`, the input of an image-to-image generator.
    pub image: Option<Tensor<4>>,
}

impl GeneratorInput {
    /// An input of latents.
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

    /// An input of images.
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

    /// The same input with a class per image, or without classes.
    ///
    /// # Shapes
    /// - `class`: `[batch]`
    #[must_use]
    pub fn with_class(self, class: Option<Tensor<1, Int>>) -> Self {
        Self { class, ..self }
    }

    /// The latents.
    ///
    /// # Panics
    /// If there are none. Callers know from
    /// [`GeneratorArchitecture::latent`](crate::GeneratorArchitecture::latent) which latents a generator takes.
    #[must_use]
    pub fn expect_noise(&self) -> Tensor<2> {
        self.noise.clone().expect("this generator takes noise")
    }

    /// The images.
    ///
    /// # Panics
    /// If there are none.
    #[must_use]
    pub fn expect_image(&self) -> Tensor<4> {
        self.image.clone().expect("this generator takes images")
    }
}

/// A batch of inputs of a discriminator.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use ganforge_model::DiscriminatorInput;
///
/// let device = Device::flex();
/// let images = Tensor::<4>::zeros([2, 1, 8, 8], &device);
/// let input = DiscriminatorInput::new(images).with_class(Some(Tensor::zeros([2], &device)));
/// assert!(input.class.is_some() && input.code.is_none());
/// ```
#[derive(Debug, Clone)]
pub struct DiscriminatorInput {
    /// `[batch, channels, height, width]`, the images to score.
    pub images: Tensor<4>,
    /// `[batch]`, the class of each image; `None` for an unconditional discriminator.
    pub class: Option<Tensor<1, Int>>,
    /// `[batch, dimension]`, a latent that is scored jointly with the image (ALI, BiGAN); `None` for other discriminators.
    pub code: Option<Tensor<2>>,
}

impl DiscriminatorInput {
    /// An input of images.
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

    /// The same input with a class per image, or without classes.
    ///
    /// # Shapes
    /// - `class`: `[batch]`
    #[must_use]
    pub fn with_class(self, class: Option<Tensor<1, Int>>) -> Self {
        Self { class, ..self }
    }

    /// The same input with a code per image.
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
    /// `[batch, outputs]`, unbounded scores; a larger score means "real". The payoff interprets them.
    pub logits: Tensor<2>,
    /// `[batch, features]`, the last hidden layer.
    pub features: Tensor<2>,
    /// `[batch, classes]`, logits of the classes, if the discriminator has an auxiliary classifier.
    pub class_logits: Option<Tensor<2>>,
}

/// The output of a discriminator for a batch of images, with the gradient of each score with respect to its image.
#[derive(Debug, Clone)]
pub struct InputGradient {
    /// The output of [`forward`](crate::Discriminator::forward), with the dropout masks of the gradient.
    pub output: DiscriminatorOutput,
    /// `[batch, channels, height, width]`, the gradient of the sum of an image's logits with respect to the image. It is
    /// differentiable with respect to the parameters of the discriminator.
    pub gradient: Tensor<4>,
}
