//! Writes what training reports into a run directory.

use std::collections::BTreeMap;

use burn::tensor::Device;
use ganforge_core::atomic_write;
use ganforge_infer::{GridOptions, Signature, generate, latent};
use ganforge_model::{FORMAT, GeneratorArchitecture, GeneratorConfig, ModelCard, ModelFile};
use serde::Serialize;

use super::checkpoint::{MODEL_FILE, RECIPE_FILE};
use super::directory::RunDirectory;
use super::metrics;
use crate::error::TrainError;
use crate::recipe::Recipe;
use crate::telemetry::{Journal, Reading};

/// Writes metrics, sample grids and the model into a run directory; `G` describes the generator.
pub struct RunJournal<G = GeneratorConfig> {
    /// Where to.
    pub directory: RunDirectory,
    /// Describes the model, but for the images seen.
    pub card: ModelCard<G>,
    /// The resolved recipe, as TOML.
    pub recipe: String,
    /// Images in a sample grid.
    pub samples: usize,
    /// Where samples are computed.
    pub device: Device,
}

impl<G: GeneratorArchitecture> RunJournal<G> {
    /// A journal for a run of `recipe`.
    ///
    /// # Errors
    /// A recipe with a value that TOML cannot hold.
    pub fn new<D: Serialize>(
        directory: RunDirectory,
        recipe: &Recipe<G, D>,
        signature: Signature,
        data_fingerprint: String,
        device: Device,
    ) -> Result<Self, TrainError> {
        let card = ModelCard {
            format: FORMAT,
            architecture: recipe.generator.clone(),
            latent: signature.latent,
            image: signature.image,
            classes: signature.classes,
            recipe: recipe.name.clone(),
            seed: recipe.run.seed,
            images_seen: 0,
            data_fingerprint,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        Ok(Self {
            directory,
            card,
            recipe: recipe.to_toml()?,
            samples: recipe.run.samples,
            device,
        })
    }

    /// Writes the run's model file, unless it is that already.
    pub(crate) fn publish(&self, images: u64, generator: &G::Network) -> Result<(), TrainError> {
        let path = self.directory.model();
        let bytes = self.model_bytes(images, generator)?;
        if std::fs::read(&path).is_ok_and(|there| there == bytes) {
            return Ok(());
        }
        atomic_write(&path, &bytes).map_err(|source| TrainError::io(&path, source))
    }

    /// The bytes of a model file.
    ///
    /// # Errors
    /// Weights that are not 32-bit floats.
    pub fn model_bytes(&self, images: u64, generator: &G::Network) -> Result<Vec<u8>, TrainError> {
        let card = ModelCard {
            images_seen: images,
            ..self.card.clone()
        };
        Ok(ModelFile::new(card, generator).to_bytes()?)
    }

    fn write_samples(&self, images: u64, generator: &G::Network) -> Result<(), TrainError> {
        let signature = Signature::from(&self.card);
        let latents = |index| latent(signature.latent, self.card.seed, index);
        let noise: Vec<f32> = (0..self.samples as u64).flat_map(latents).collect();
        // At one go: what `sample` does to make fewer images a prefix of more takes several passes.
        let sheet = generate(generator, &signature, &noise, None, &self.device)?;
        // A row per run of classes, so that a column of a conditional grid is one class.
        let classes = signature.classes.len();
        let grid = GridOptions {
            columns: (2..=self.samples).contains(&classes).then_some(classes),
            ..GridOptions::default()
        };
        let path = self.directory.samples().join(format!("{images:09}.png"));
        Ok(sheet.write_grid(path, &grid)?)
    }
}

impl<G: GeneratorArchitecture> Journal<G::Network> for RunJournal<G> {
    fn tick(&mut self, reading: &Reading, generator: &G::Network) -> Result<(), TrainError> {
        metrics::append(&self.directory.metrics(), reading)?;
        self.write_samples(reading.images, generator)
    }

    fn checkpoint(
        &mut self,
        images: u64,
        generator: &G::Network,
    ) -> Result<BTreeMap<String, Vec<u8>>, TrainError> {
        let model = self.model_bytes(images, generator)?;
        let recipe = self.recipe.clone().into_bytes();
        let files = [(MODEL_FILE, model), (RECIPE_FILE, recipe)];
        Ok(files.map(|(name, bytes)| (name.to_owned(), bytes)).into())
    }

    fn best(&mut self, images: u64, generator: &G::Network) -> Result<(), TrainError> {
        let path = self.directory.best();
        let bytes = self.model_bytes(images, generator)?;
        atomic_write(&path, &bytes).map_err(|source| TrainError::io(&path, source))
    }
}
