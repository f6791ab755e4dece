//! A model file, opened.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use ganforge_model::{GeneratorNet, ModelCard, ModelError, ModelFile};

use super::generate::generate;
use super::options::SampleOptions;
use super::sample::{batches, collect, latent};
use super::signature::Signature;
use crate::error::InferError;
use crate::images::Images;

/// A trained generator with what its file says of it, ready to draw images.
#[derive(Debug, Clone)]
pub struct Sampler {
    card: ModelCard,
    signature: Signature,
    network: GeneratorNet,
    device: Device,
    path: Option<PathBuf>,
}

impl Sampler {
    /// Opens a model file and puts its network on `device`.
    ///
    /// # Errors
    /// A file that cannot be read, is cut short, is of another kind, format or architecture, or holds weights that are not
    /// finite; by its path.
    pub fn open(path: impl AsRef<Path>, device: &Device) -> Result<Self, InferError> {
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

    /// Opens the bytes of a model file, such as one built into the program.
    ///
    /// # Errors
    /// Bytes that are cut short, of another kind, format or architecture, or hold weights that are not finite.
    pub fn from_bytes(bytes: &[u8], device: &Device) -> Result<Self, InferError> {
        Ok(Self::load(ModelFile::from_bytes(bytes)?, device)?)
    }

    /// What the file says of itself: architecture, classes, recipe, provenance.
    #[must_use]
    pub fn card(&self) -> &ModelCard {
        &self.card
    }

    /// What the generator takes and gives.
    #[must_use]
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Draws images; see [`sample`](crate::sample()).
    ///
    /// # Errors
    /// An option out of range, images that are not finite, or a device that fails.
    pub fn sample(&self, options: &SampleOptions) -> Result<Images, InferError> {
        let batches = self.batches(options)?;
        collect(batches, options.count, self.signature.image)
    }

    /// Draws the images of [`sample`](Self::sample) batch by batch, so that not all of them are held.
    ///
    /// # Errors
    /// An option out of range, or one image that takes more memory than allowed; and each batch, images that are not
    /// finite, or a device that fails.
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

    /// The latent that image `index` of seed `seed` is made from: `dimension` numbers.
    #[must_use]
    pub fn latent(&self, seed: u64, index: u64) -> Vec<f32> {
        latent(self.signature.latent, seed, index)
    }

    /// Turns latents of the caller's choice into images; see [`generate`](crate::generate()).
    ///
    /// # Errors
    /// Numbers that do not divide into latents or are not finite, classes that do not match the latents or do not exist,
    /// images that are not finite, or a device that fails.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers of earlier versions pass it so"
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

    /// Refuses images that are not finite, the first of which is the `first` of all.
    fn finite(&self, images: Images, first: usize) -> Result<Images, InferError> {
        let data = images.data();
        let lost = data.iter().position(|number| !number.is_finite());
        match lost {
            None => Ok(images),
            Some(at) => Err(InferError::NotFinite {
                path: self.path.clone(),
                index: first + at / images.spec().len(),
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
