//! What a generator takes and gives.

use std::ops::Range;

use ganforge_model::{ImageSpec, LatentSpec, ModelCard};

/// What a generator takes and gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The latents it takes.
    pub latent: LatentSpec,
    /// The images it makes.
    pub image: ImageSpec,
    /// Class names in label order; empty for an unconditional generator.
    pub classes: Vec<String>,
}

impl Signature {
    /// The classes of images `range` where none was asked for; empty for an unconditional generator.
    pub(crate) fn classes_in_turn(&self, range: Range<usize>) -> Vec<usize> {
        match self.classes.len() {
            0 => Vec::new(),
            classes => range.map(|index| index % classes).collect(),
        }
    }
}

impl<A> From<&ModelCard<A>> for Signature {
    fn from(card: &ModelCard<A>) -> Self {
        Self {
            latent: card.latent,
            image: card.image,
            classes: card.classes.clone(),
        }
    }
}
