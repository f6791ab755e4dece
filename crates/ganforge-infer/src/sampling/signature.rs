//! Input and output of a generator.

use std::ops::Range;

use ganforge_model::{BundleCard, GeneratorArchitecture, ImageShape, LatentSpec, ModelCard};

/// Input and output of a generator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The latents.
    pub latent: LatentSpec,
    /// The shape of the images.
    pub image: ImageShape,
    /// The shape of the images that an image-to-image generator takes; `None` for a generator of latents.
    pub input: Option<ImageShape>,
    /// Class names in label order; empty for an unconditional generator.
    pub classes: Vec<String>,
}

impl Signature {
    /// The default classes `i mod classes` of the images `range`; empty for an unconditional generator.
    pub(crate) fn default_classes(&self, range: Range<usize>) -> Vec<usize> {
        match self.classes.len() {
            0 => Vec::new(),
            classes => range.map(|index| index % classes).collect(),
        }
    }
}

impl<A: GeneratorArchitecture> From<&ModelCard<A>> for Signature {
    fn from(card: &ModelCard<A>) -> Self {
        Self {
            latent: card.latent,
            image: card.image,
            input: card.architecture.input(card.image),
            classes: card.classes.clone(),
        }
    }
}

impl From<&BundleCard> for Signature {
    /// Without the input of an image-to-image generator, which its configuration knows.
    fn from(card: &BundleCard) -> Self {
        Self {
            latent: card.latent,
            image: card.image,
            input: None,
            classes: card.classes.clone(),
        }
    }
}
