//! Writes the readings and models of a run into its directory.

use std::collections::BTreeMap;
use std::sync::Arc;

use burn::tensor::Device;
use ganforge_core::atomic_write;
use ganforge_infer::{
    GridOptions, Images, InferError, SampleOptions, Signature, generate, latent, sample,
};

use super::checkpoint::{MODEL_FILE, RECIPE_FILE};
use super::directory::RunDirectory;
use super::metrics;
use crate::error::TrainError;
use crate::recipe::Recipe;
use crate::system::{About, Gan, Shipped, System};
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
    /// The inputs of a sample grid, for a generator that takes images.
    inputs: Option<Arc<Images>>,
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
                label_names: Vec::new(),
            },
            recipe: recipe.to_toml()?,
            samples: experiment.run.samples,
            inputs: None,
            device,
        })
    }

    /// Ships these names of classes with a classifier of labelled data.
    #[must_use]
    pub fn with_label_names(mut self, names: Vec<String>) -> Self {
        self.about.label_names = names;
        self
    }

    /// Computes the samples from these inputs, for a generator that takes images.
    #[must_use]
    pub fn with_inputs(self, inputs: Option<Images>) -> Self {
        let inputs = inputs.map(Arc::new);
        Self { inputs, ..self }
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
    pub(crate) fn publish(&self, images: u64, shipped: &Shipped<S>) -> Result<(), TrainError> {
        let path = self.directory.model();
        let bytes = self.model_bytes(images, shipped)?;
        if std::fs::read(&path).is_ok_and(|there| there == bytes) {
            return Ok(());
        }
        atomic_write(&path, &bytes).map_err(|source| TrainError::io(&path, source))
    }

    /// The bytes of a model file.
    ///
    /// # Errors
    /// If the weights are not 32-bit floats.
    pub fn model_bytes(&self, images: u64, shipped: &Shipped<S>) -> Result<Vec<u8>, TrainError> {
        let about = About {
            images_seen: images,
            ..self.about.clone()
        };
        Ok(self.system.to_model_file(shipped, &about)?)
    }

    fn write_samples(&self, images: u64, shipped: &Shipped<S>) -> Result<(), TrainError> {
        let path = self.directory.samples().join(format!("{images:09}.png"));
        let signature = &self.about.signature;
        let network = self.system.sampled(&shipped.generator);
        if let Some(inputs) = &self.inputs {
            let options = SampleOptions {
                inputs: Some(inputs.clone()),
                ..SampleOptions::new(self.samples, self.about.seed)
            };
            let outputs = sample(network, signature, &options, &self.device)?;
            return Ok(pairs(inputs, &outputs)?.write_grid(path, &PAIRS)?);
        }
        let latents = |index| latent(signature.latent, self.about.seed, index);
        let noise: Vec<f32> = (0..self.samples as u64).flat_map(latents).collect();
        // In one pass; `sample` uses several, so that fewer images are a prefix of more.
        let sheet = generate(network, signature, &noise, None, &self.device)?;
        // The number of columns matches the classes, so that a column of a conditional grid is one class.
        let classes = signature.classes.len();
        let grid = GridOptions {
            columns: (2..=self.samples).contains(&classes).then_some(classes),
            ..GridOptions::default()
        };
        Ok(sheet.write_grid(path, &grid)?)
    }
}

/// A grid whose rows are four pairs of input and output.
const PAIRS: GridOptions = GridOptions {
    columns: Some(8),
    half_range: None,
};

/// Each input beside its output. Further channels of an input, such as a mask, are left out.
fn pairs(inputs: &Images, outputs: &Images) -> Result<Images, InferError> {
    let shape = outputs.spec();
    let pairs = outputs.iter().zip(inputs.iter().cycle());
    let values = pairs.flat_map(|(output, input)| input[..shape.values()].iter().chain(output));
    Images::new(shape, values.copied().collect())
}

impl<S: System> Journal<Shipped<S>> for RunJournal<S> {
    fn tick(&mut self, reading: &Reading, shipped: &Shipped<S>) -> Result<(), TrainError> {
        metrics::append(&self.directory.metrics(), reading)?;
        self.write_samples(reading.images, shipped)
    }

    fn checkpoint(
        &mut self,
        images: u64,
        shipped: &Shipped<S>,
    ) -> Result<BTreeMap<String, Vec<u8>>, TrainError> {
        let model = self.model_bytes(images, shipped)?;
        let recipe = self.recipe.clone().into_bytes();
        let files = [(MODEL_FILE, model), (RECIPE_FILE, recipe)];
        Ok(files.map(|(name, bytes)| (name.to_owned(), bytes)).into())
    }

    fn best(&mut self, images: u64, shipped: &Shipped<S>) -> Result<(), TrainError> {
        let path = self.directory.best();
        let bytes = self.model_bytes(images, shipped)?;
        atomic_write(&path, &bytes).map_err(|source| TrainError::io(&path, source))
    }
}
