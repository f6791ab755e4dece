//! The sampler of a model file.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use ganforge_model::{
    GeneratorArchitecture, GeneratorNet, ModelCard, ModelError, ModelFile, keyed_rng,
};

use super::generate::generate;
use super::options::SampleOptions;
use super::sample::{batches, collect, latent};
use super::signature::Signature;
use crate::error::InferError;
use crate::images::Images;
use crate::vectors::Vectors;

/// A trained generator with its model card, on a device.
///
/// ```
/// # let model = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixture/digits.safetensors");
/// use ganforge_infer::{SampleOptions, Sampler};
///
/// let sampler = Sampler::open(model)?;
/// assert_eq!(sampler.signature().image.height, 8);
///
/// let images = sampler.sample(&SampleOptions::new(10, 1))?;
/// let more = sampler.sample(&SampleOptions::new(20, 1))?;
/// // Fewer images are a prefix of more, bit for bit.
/// assert_eq!(images.data(), &more.data()[..images.data().len()]);
///
/// // The same image from its latent.
/// let first = sampler.generate(sampler.latent(1, 0), None)?;
/// assert_eq!(first.get(0), images.get(0));
/// # Ok::<(), ganforge_infer::InferError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Sampler {
    card: ModelCard,
    signature: Signature,
    network: GeneratorNet,
    device: Device,
    path: Option<PathBuf>,
}

impl Sampler {
    /// Opens a model file and loads its network onto `device`.
    ///
    /// # Errors
    /// The file cannot be read, is truncated, is of another kind, format or architecture, or has weights that are not finite.
    pub fn open_on(path: impl AsRef<Path>, device: &Device) -> Result<Self, InferError> {
        let path = path.as_ref();
        let opened = ModelFile::open(path).and_then(|file| Self::load(file, device));
        let sampler = opened.map_err(|source| match source {
            ModelError::Io { path, source } => InferError::Io { path, source },
            source => InferError::File {
                path: path.to_owned(),
                source,
            },
        })?;
        Ok(Self {
            path: Some(path.to_owned()),
            ..sampler
        })
    }

    /// Opens the bytes of a model file and loads its network onto `device`.
    ///
    /// # Errors
    /// The bytes are truncated, of another kind, format or architecture, or have weights that are not finite.
    pub fn from_bytes_on(bytes: &[u8], device: &Device) -> Result<Self, InferError> {
        Ok(Self::load(ModelFile::from_bytes(bytes)?, device)?)
    }

    /// The model card: architecture, classes, recipe and provenance.
    #[must_use]
    pub fn card(&self) -> &ModelCard {
        &self.card
    }

    #[cfg(feature = "projection")]
    pub(crate) fn network(&self) -> &GeneratorNet {
        &self.network
    }

    #[cfg(feature = "projection")]
    pub(crate) fn device(&self) -> &Device {
        &self.device
    }

    /// The generator's input and output.
    #[must_use]
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Samples images; see [`sample`](crate::sample()).
    ///
    /// # Errors
    /// An option out of range, images that are not finite, or a device that fails.
    pub fn sample(&self, options: &SampleOptions) -> Result<Images, InferError> {
        let batches = self.batches(options)?;
        collect(batches, options.count, self.signature.image)
    }

    /// Iterates over the images of [`sample`](Self::sample) batch by batch.
    ///
    /// # Errors
    /// An option out of range, or one image that takes more memory than allowed. Each batch fails for images that are not finite
    /// and for a device that fails.
    pub fn batches<'a>(
        &'a self,
        options: &'a SampleOptions,
    ) -> Result<impl Iterator<Item = Result<Images, InferError>> + use<'a>, InferError> {
        let batches = batches(&self.network, &self.signature, options, &self.device)?;
        Ok(batches.scan(0, |drawn, images| {
            let checked = images.and_then(|images| self.finite(images, *drawn));
            *drawn += checked.as_ref().map_or(0, Images::count);
            Some(checked)
        }))
    }

    /// The inputs of an image-to-image model for images of the data, as training prepares them; the images themselves for most
    /// models. Random parts, such as a random hole, depend on the seed and the index of an image.
    ///
    /// # Errors
    /// Images of another shape than the data of the model, or a model that takes no images.
    pub fn prepare_inputs(&self, images: &Images, seed: u64) -> Result<Images, InferError> {
        let (expected, image) = (self.signature.input, self.signature.image);
        match expected {
            Some(input) if images.spec() == image => {
                let architecture = &self.card.architecture;
                let inputs = images.iter().zip(0..).flat_map(|(pixels, index)| {
                    let mut rng = keyed_rng(seed, "input", index);
                    architecture.prepare_input(pixels, image, &mut rng)
                });
                Images::new(input, inputs.collect())
            }
            _ => Err(InferError::Input {
                found: Some(images.spec()),
                expected: expected.map(|_| image),
            }),
        }
    }

    /// The latent of image `index` of a seed, `[dimension]`.
    #[must_use]
    pub fn latent(&self, seed: u64, index: u64) -> Vec<f32> {
        latent(self.signature.latent, seed, index)
    }

    /// The latents of the first `count` images of a seed.
    ///
    /// # Errors
    /// A model without latents.
    pub fn latents(&self, seed: u64, count: usize) -> Result<Vectors, InferError> {
        let spec = self.signature.latent;
        let latents = (0..count as u64).flat_map(|index| latent(spec, seed, index));
        Vectors::new(spec.dimension, latents.collect())
    }

    /// Generates images from latents `[count, dimension]`; see [`generate`](crate::generate()).
    ///
    /// # Errors
    /// Noise that does not divide into latents or is not finite, classes that do not match the latents or do not exist,
    /// images that are not finite, or a device that fails.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the public signature takes a vector"
    )]
    pub fn generate(
        &self,
        noise: Vec<f32>,
        classes: Option<&[usize]>,
    ) -> Result<Images, InferError> {
        let (network, signature) = (&self.network, &self.signature);
        let images = generate(network, signature, &noise, classes, &self.device)?;
        self.finite(images, 0)
    }

    /// Fails if an image is not finite. `first` is the index of the first image.
    fn finite(&self, images: Images, first: usize) -> Result<Images, InferError> {
        let data = images.data();
        let lost = data.iter().position(|number| !number.is_finite());
        match lost {
            None => Ok(images),
            Some(at) => Err(InferError::NotFinite {
                path: self.path.clone(),
                index: first + at / images.spec().values(),
                value: data[at],
            }),
        }
    }

    fn load(file: ModelFile, device: &Device) -> Result<Self, ModelError> {
        file.check_finite()?;
        let card = file.card.clone();
        Ok(Self {
            network: file.into_network(device)?,
            signature: Signature::from(&card),
            card,
            device: device.clone(),
            path: None,
        })
    }
}
