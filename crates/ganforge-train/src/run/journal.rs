//! Writes the readings and models of a run into its directory.

use std::collections::BTreeMap;

use burn::tensor::Device;
use ganforge_core::atomic_write;
use ganforge_infer::{GridOptions, Signature, generate, latent};

use super::checkpoint::{MODEL_FILE, RECIPE_FILE};
use super::directory::RunDirectory;
use super::metrics;
use crate::error::TrainError;
use crate::recipe::Recipe;
use crate::system::{About, Gan, System};
use crate::telemetry::{Journal, Reading};

/// Writes metrics, sample grids and the model into a run directory.
pub struct RunJournal<S = Gan> {
    directory: RunDirectory,
    system: S,
    /// Description of the model without the number of images seen.
    about: About,
    /// The resolved recipe, as TOML.
    recipe: String,
    /// Number of images in a sample grid.
    samples: usize,
    /// The device that generates samples.
    device: Device,
}

impl<S: System> RunJournal<S> {
    /// A journal for a run of `recipe`. Samples are generated on `device`.
    ///
    /// # Errors
    /// If TOML cannot represent a value of the recipe.
    pub fn new(
        directory: RunDirectory,
        recipe: &Recipe<S>,
        signature: Signature,
        data_fingerprint: String,
        device: Device,
    ) -> Result<Self, TrainError> {
        let Recipe { experiment, system } = recipe;
        Ok(Self {
            directory,
            system: system.clone(),
            about: About {
                signature,
                recipe: experiment.name.clone(),
                seed: experiment.run.seed,
                images_seen: 0,
                data_fingerprint,
            },
            recipe: recipe.to_toml()?,
            samples: experiment.run.samples,
            device,
        })
    }

    /// The run directory.
    pub(crate) fn directory(&self) -> &RunDirectory {
        &self.directory
    }

    /// The resolved recipe, as TOML.
    pub(crate) fn recipe(&self) -> &str {
        &self.recipe
    }

    /// Writes the run's model file, unless it has this content already.
    pub(crate) fn publish(&self, images: u64, generator: &S::Generator) -> Result<(), TrainError> {
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
    /// If the weights are not 32-bit floats.
    pub fn model_bytes(
        &self,
        images: u64,
        generator: &S::Generator,
    ) -> Result<Vec<u8>, TrainError> {
        let about = About {
            images_seen: images,
            ..self.about.clone()
        };
        Ok(self.system.to_model_file(generator, &about)?)
    }

    fn write_samples(&self, images: u64, generator: &S::Generator) -> Result<(), TrainError> {
        let signature = &self.about.signature;
        let latents = |index| latent(signature.latent, self.about.seed, index);
        let noise: Vec<f32> = (0..self.samples as u64).flat_map(latents).collect();
        // In one pass; `sample` uses several, so that fewer images are a prefix of more.
        let sheet = generate(
            self.system.sampled(generator),
            signature,
            &noise,
            None,
            &self.device,
        )?;
        // The number of columns matches the classes, so that a column of a conditional grid is one class.
        let classes = signature.classes.len();
        let grid = GridOptions {
            columns: (2..=self.samples).contains(&classes).then_some(classes),
            ..GridOptions::default()
        };
        let path = self.directory.samples().join(format!("{images:09}.png"));
        Ok(sheet.write_grid(path, &grid)?)
    }
}

impl<S: System> Journal<S::Generator> for RunJournal<S> {
    fn tick(&mut self, reading: &Reading, generator: &S::Generator) -> Result<(), TrainError> {
        metrics::append(&self.directory.metrics(), reading)?;
        self.write_samples(reading.images, generator)
    }

    fn checkpoint(
        &mut self,
        images: u64,
        generator: &S::Generator,
    ) -> Result<BTreeMap<String, Vec<u8>>, TrainError> {
        let model = self.model_bytes(images, generator)?;
        let recipe = self.recipe.clone().into_bytes();
        let files = [(MODEL_FILE, model), (RECIPE_FILE, recipe)];
        Ok(files.map(|(name, bytes)| (name.to_owned(), bytes)).into())
    }

    fn best(&mut self, images: u64, generator: &S::Generator) -> Result<(), TrainError> {
        let path = self.directory.best();
        let bytes = self.model_bytes(images, generator)?;
        atomic_write(&path, &bytes).map_err(|source| TrainError::io(&path, source))
    }
}
