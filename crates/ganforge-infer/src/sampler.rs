//! A model file, opened.

use std::path::Path;

use burn::tensor::Device;
use ganforge_model::{ConfigError, GeneratorNet, ModelCard, ModelError, ModelFile};

use crate::sample::{check_class, forward};
use crate::{Images, InferError, SampleOptions, Signature, batches, latent, sample};

/// A trained generator with what its file says of it, ready to draw images.
#[derive(Debug, Clone)]
pub struct Sampler {
    card: ModelCard,
    signature: Signature,
    network: GeneratorNet,
    device: Device,
}

impl Sampler {
    /// Opens a model file and puts its network on `device`.
    ///
    /// # Errors
    /// A file that cannot be read, is cut short, is of another kind, format or architecture, by its path.
    pub fn open(path: impl AsRef<Path>, device: &Device) -> Result<Self, InferError> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|source| InferError::Io {
            path: path.to_owned(),
            source,
        })?;
        Self::load(&bytes, device).map_err(|source| InferError::File {
            path: path.to_owned(),
            source,
        })
    }

    /// Opens the bytes of a model file, such as one built into the program.
    ///
    /// # Errors
    /// Bytes that are cut short, or of another kind, format or architecture.
    pub fn from_bytes(bytes: &[u8], device: &Device) -> Result<Self, InferError> {
        Ok(Self::load(bytes, device)?)
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
    /// An option out of range, or a device that fails.
    pub fn sample(&self, options: &SampleOptions) -> Result<Images, InferError> {
        sample(&self.network, &self.signature, options, &self.device)
    }

    /// Draws the images of [`sample`](Self::sample) batch by batch, for whoever need not hold them all.
    ///
    /// # Errors
    /// An option out of range; and each batch, a device that fails.
    pub fn batches<'a>(
        &'a self,
        options: &'a SampleOptions,
    ) -> Result<impl Iterator<Item = Result<Images, InferError>> + use<'a>, InferError> {
        batches(&self.network, &self.signature, options, &self.device)
    }

    /// The latent that image `index` of seed `seed` is made from: `dimension` numbers.
    #[must_use]
    pub fn latent(&self, seed: u64, index: u64) -> Vec<f32> {
        latent(self.signature.latent, seed, index)
    }

    /// Turns latents of the caller's choice into images, in one batch.
    ///
    /// `noise` holds one latent after the other, `dimension` numbers each. `classes` names a class for
    /// each; without it a conditional model takes its classes in turn.
    ///
    /// # Errors
    /// Numbers that do not divide into latents, classes that do not match them or do not exist, or a
    /// device that fails.
    pub fn generate(
        &self,
        noise: Vec<f32>,
        classes: Option<&[usize]>,
    ) -> Result<Images, InferError> {
        let count = self.count_latents(&noise)?;
        let classes = match classes {
            Some(classes) if classes.len() != count => {
                let allowed = format!("one for each of {count} latents");
                return Err(ConfigError::new("classes", classes.len(), allowed).into());
            }
            Some(classes) => {
                for &class in classes {
                    check_class(class, &self.signature.classes)?;
                }
                classes.to_vec()
            }
            None => self.signature.classes_in_turn(0..count),
        };
        let data = forward(
            &self.network,
            &self.signature,
            noise,
            &classes,
            &self.device,
        )?;
        Images::new(self.signature.image, data)
    }

    fn count_latents(&self, noise: &[f32]) -> Result<usize, InferError> {
        let row = self.signature.latent.dimension;
        if noise.is_empty() || !noise.len().is_multiple_of(row) {
            return Err(InferError::NotWholeRows {
                numbers: noise.len(),
                row,
            });
        }
        Ok(noise.len() / row)
    }

    fn load(bytes: &[u8], device: &Device) -> Result<Self, ModelError> {
        let file: ModelFile = ModelFile::from_bytes(bytes)?;
        let network = file.network(device)?;
        Ok(Self {
            signature: Signature::from(&file.card),
            card: file.card,
            network,
            device: device.clone(),
        })
    }
}
