//! A trained Context-Encoder.

use std::path::Path;
use std::sync::Arc;

use burn::tensor::Device;
use ganforge_model::networks::{ContextEncoderGeneratorConfig, Region};
use ganforge_model::{ConfigError, GeneratorConfig, ImageShape, keyed_rng};

use crate::error::InferError;
use crate::images::Images;
use crate::sampling::{SampleOptions, Sampler};

/// A model that completes images with a hole, on a device.
///
/// ```no_run
/// use ganforge_infer::burn::tensor::Device;
/// use ganforge_infer::{Images, Inpainter};
///
/// let inpainter = Inpainter::open("runs/inpainting/model.safetensors", &Device::flex())?;
/// let image = inpainter.image();
/// let images = Images::new(image, vec![0.0; 16 * image.values()])?;
/// // Image 0 of seed 7 is the first of these.
/// let inputs = inpainter.cut(&images, 7, 0)?;
/// let completed = inpainter.complete(inputs)?;
/// assert_eq!(completed.count(), 16);
/// # Ok::<(), ganforge_infer::InferError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Inpainter {
    sampler: Sampler,
    config: ContextEncoderGeneratorConfig,
}

impl Inpainter {
    /// Opens a model file of `system = "context-encoder"`.
    ///
    /// # Errors
    /// As [`Sampler::open`]; also a model of another system.
    pub fn open(path: impl AsRef<Path>, device: &Device) -> Result<Self, InferError> {
        let path = path.as_ref();
        let sampler = Sampler::open_on(path, device)?;
        match &sampler.card().architecture {
            GeneratorConfig::ContextEncoder(config) => Ok(Self {
                config: config.clone(),
                sampler,
            }),
            _ => Err(InferError::NotInpainting {
                path: path.to_owned(),
            }),
        }
    }

    /// The shape of an image.
    #[must_use]
    pub fn image(&self) -> ImageShape {
        self.sampler.signature().image
    }

    /// The part of an image that it was trained to complete.
    #[must_use]
    pub fn region(&self) -> Region {
        self.config.region
    }

    /// Images with a hole each, as training cuts it, and its mask as one more channel. A random hole depends on the seed and the
    /// index of an image; `first` is the index of the first of these.
    ///
    /// # Errors
    /// Images of another shape.
    pub fn cut(&self, images: &Images, seed: u64, first: u64) -> Result<Images, InferError> {
        let image = self.image();
        self.inputs(
            images,
            (first..).map(|index| {
                self.config
                    .mask(image, &mut keyed_rng(seed, "input", index))
            }),
        )
    }

    /// Images with a hole each where the pixel of a mask is bright, above 0. Image `i` has mask `i mod masks`; `first` is the index of
    /// the first image.
    ///
    /// # Errors
    /// Images of another shape, masks that are not grey images of this size, or a model that completes the centre only.
    pub fn cut_masks(
        &self,
        images: &Images,
        masks: &Images,
        first: usize,
    ) -> Result<Images, InferError> {
        self.check_masks(masks)?;
        let masks = masks.iter().cycle().skip(first % masks.count());
        let masks = masks.map(|mask| mask.iter().map(|&pixel| f32::from(u8::from(pixel > 0.0))));
        self.inputs(images, masks.map(Iterator::collect))
    }

    /// Fails unless masks of [`cut_masks`](Self::cut_masks) suit the model.
    ///
    /// # Errors
    /// Masks that are not grey images of the model's size, or a model that completes the centre only.
    pub fn check_masks(&self, masks: &Images) -> Result<(), InferError> {
        if self.region() == Region::Centre {
            let allowed = "left out: this model completes the centre of an image, not other parts";
            return Err(ConfigError::new("mask", "set", allowed).into());
        }
        let expected = ImageShape {
            channels: 1,
            ..self.image()
        };
        if masks.spec() != expected {
            let allowed = format!("images of {expected}");
            return Err(ConfigError::new("mask", masks.spec(), allowed).into());
        }
        Ok(())
    }

    /// The images without their holes.
    ///
    /// # Errors
    /// Inputs of another shape than [`cut`](Self::cut) returns, images that are not finite, or a device that fails.
    pub fn complete(&self, inputs: Images) -> Result<Images, InferError> {
        let options = SampleOptions::new(inputs.count(), 0);
        self.sampler.sample(&SampleOptions {
            inputs: Some(Arc::new(inputs)),
            ..options
        })
    }

    fn inputs(
        &self,
        images: &Images,
        masks: impl Iterator<Item = Vec<f32>>,
    ) -> Result<Images, InferError> {
        let image = self.image();
        if images.spec() != image {
            return Err(InferError::Input {
                found: Some(images.spec()),
                expected: Some(image),
            });
        }
        let with_hole = images.iter().zip(masks);
        let with_hole = with_hole.flat_map(|(pixels, mask)| self.config.cut(pixels, image, &mask));
        let input = ImageShape {
            channels: image.channels + 1,
            ..image
        };
        Images::new(input, with_hole.collect())
    }
}
