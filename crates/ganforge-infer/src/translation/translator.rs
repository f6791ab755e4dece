//! The translator of a model file.

use std::path::Path;
use std::sync::Arc;

use burn::module::Module;
use burn::tensor::Device;
use ganforge_model::networks::Translators;
use ganforge_model::{ImageShape, LatentSpec, ModelError};

use crate::error::InferError;
use crate::images::Images;
use crate::sampling::{SampleOptions, Signature, sample};

/// A direction between the two domains of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the first domain, `[data]` of the recipe, to the second, `[target]`.
    AToB,
    /// From the second to the first.
    BToA,
}

impl Direction {
    /// The opposite direction.
    #[must_use]
    pub fn reverse(self) -> Self {
        match self {
            Self::AToB => Self::BToA,
            Self::BToA => Self::AToB,
        }
    }
}

/// A model that translates images in both directions, on a device.
///
/// ```no_run
/// use ganforge_infer::burn::tensor::Device;
/// use ganforge_infer::{Direction, Images, Translator};
///
/// let translator = Translator::open("runs/outlines/model.safetensors", &Device::flex())?;
/// let image = translator.image();
/// let images = Images::new(image, vec![0.0; 16 * image.values()])?;
/// let translated = translator.translate(images, Direction::AToB)?;
/// assert_eq!(translated.count(), 16);
/// # Ok::<(), ganforge_infer::InferError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Translator {
    networks: Translators,
    signature: Signature,
    device: Device,
}

impl Translator {
    /// Networks of a program, such as those in training, in inference mode, for images of this shape.
    #[must_use]
    pub fn new(networks: &Translators, image: ImageShape, device: &Device) -> Self {
        let signature = Signature {
            latent: LatentSpec::normal(0),
            image,
            input: Some(image),
            classes: Vec::new(),
        };
        Self {
            networks: networks.valid(),
            signature,
            device: device.clone().without_autodiff(),
        }
    }

    /// Opens a model file of `system = "discogan"` or `"cyclegan"`.
    ///
    /// # Errors
    /// The file cannot be read, is damaged, or does not translate between two domains.
    pub fn open(path: impl AsRef<Path>, device: &Device) -> Result<Self, InferError> {
        let path = path.as_ref();
        let opened = Translators::open(path, device);
        let (networks, card) = opened.map_err(|source| match source {
            ModelError::Io { path, source } => InferError::Io { path, source },
            source => InferError::File {
                path: path.to_owned(),
                source,
            },
        })?;
        Ok(Self::new(&networks, card.image, device))
    }

    /// The device of both networks.
    #[must_use]
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The shape of the images of both domains.
    #[must_use]
    pub fn image(&self) -> ImageShape {
        self.signature.image
    }

    /// The translations of images, in their order.
    ///
    /// # Errors
    /// Images of another shape, or a device that fails.
    pub fn translate(&self, images: Images, direction: Direction) -> Result<Images, InferError> {
        let network = match direction {
            Direction::AToB => &self.networks.to_target,
            Direction::BToA => &self.networks.to_source,
        };
        let options = SampleOptions::new(images.count(), 0);
        let options = SampleOptions {
            inputs: Some(Arc::new(images)),
            ..options
        };
        sample(network, &self.signature, &options, &self.device)
    }
}
