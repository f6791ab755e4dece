//! The folder a run leaves behind.
//!
//! ```text
//! recipe.toml          fully resolved: what was run
//! metrics.jsonl        one line a tick
//! samples/000123456.png  by images seen, always from the same latents
//! checkpoint/          to resume from
//! model.safetensors    the averaged generator
//! best.safetensors     the best of them, by the metric of `evaluation.keep_best`
//! evaluation.json      how the figures in the metrics were obtained
//! experiment.log       what was worth a note
//! report.html          all of it on one page
//! ```

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use ganforge_infer::{GridOptions, SampleOptions, Signature, sample};
use ganforge_model::{FORMAT, GeneratorArchitecture, GeneratorConfig, ModelCard, ModelFile};
use serde::Serialize;

use crate::checkpoint::CheckpointFolder;
use crate::error::TrainError;
use crate::journal::Journal;
use crate::recipe::Recipe;
use crate::telemetry::Reading;
use crate::write::{io_error, replace};

/// Paths inside a run directory.
#[derive(Debug, Clone)]
pub struct RunDirectory(PathBuf);

impl RunDirectory {
    /// The run directory at `path`, which need not exist yet.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The resolved recipe.
    #[must_use]
    pub fn recipe(&self) -> PathBuf {
        self.0.join("recipe.toml")
    }

    /// The model file.
    #[must_use]
    pub fn model(&self) -> PathBuf {
        self.0.join("model.safetensors")
    }

    /// The best model so far, where a run keeps it.
    #[must_use]
    pub fn best(&self) -> PathBuf {
        self.0.join("best.safetensors")
    }

    /// The protocols of evaluation figures, by metric.
    #[must_use]
    pub fn evaluation(&self) -> PathBuf {
        self.0.join("evaluation.json")
    }

    /// The checkpoints.
    #[must_use]
    pub fn checkpoints(&self) -> CheckpointFolder {
        CheckpointFolder::new(self.0.join("checkpoint"))
    }

    /// The metrics, one JSON object a line.
    #[must_use]
    pub fn metrics(&self) -> PathBuf {
        self.0.join("metrics.jsonl")
    }

    /// The folder of sample grids.
    #[must_use]
    pub fn samples(&self) -> PathBuf {
        self.0.join("samples")
    }

    /// The page that tells the run; written by whoever shows it, not by training.
    #[must_use]
    pub fn report(&self) -> PathBuf {
        self.0.join("report.html")
    }

    /// Makes the folders and writes the recipe of a new run.
    ///
    /// # Errors
    /// A folder that already holds a run, or what the file system says.
    pub fn begin<G: Serialize, D: Serialize>(
        &self,
        recipe: &Recipe<G, D>,
    ) -> Result<(), TrainError> {
        let taken = [self.recipe(), self.model(), self.best()];
        if taken.iter().any(|path| path.exists()) {
            return Err(TrainError::Occupied(self.0.clone()));
        }
        self.prepare(recipe)
    }

    /// Makes a run's folder ready to go on after `images` images: what came later is dropped from the metrics.
    ///
    /// # Errors
    /// What the file system says.
    pub fn go_on<G: Serialize, D: Serialize>(
        &self,
        recipe: &Recipe<G, D>,
        images: u64,
    ) -> Result<(), TrainError> {
        self.prepare(recipe)?;
        self.remove_half_written_samples()?;
        let path = self.metrics();
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(io_error(&path, source)),
        };
        let mut kept = String::new();
        for line in BufReader::new(file).lines() {
            let line = line.map_err(|source| io_error(&path, source))?;
            // A line cut short by a kill is not JSON, and later than any checkpoint.
            let counts = serde_json::from_str::<Reading>(&line);
            if counts.is_ok_and(|reading| reading.images <= images) {
                kept.push_str(&line);
                kept.push('\n');
            }
        }
        replace(&path, kept.as_bytes())
    }

    /// A kill can leave a sample grid that never got its name.
    fn remove_half_written_samples(&self) -> Result<(), TrainError> {
        let samples = self.samples();
        let entries = fs::read_dir(&samples).map_err(|source| io_error(&samples, source))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            if path
                .extension()
                .is_some_and(|extension| extension == "partial")
            {
                fs::remove_file(&path).map_err(|source| io_error(&path, source))?;
            }
        }
        Ok(())
    }

    fn prepare<G: Serialize, D: Serialize>(&self, recipe: &Recipe<G, D>) -> Result<(), TrainError> {
        let samples = self.samples();
        fs::create_dir_all(&samples).map_err(|source| io_error(&samples, source))?;
        replace(&self.recipe(), recipe.to_toml()?.as_bytes())
    }
}

/// Writes metrics, sample grids and the model into a run directory; `G` describes the generator.
pub struct RunJournal<G = GeneratorConfig> {
    /// Where to.
    pub directory: RunDirectory,
    /// Describes the model, but for the images seen.
    pub card: ModelCard<G>,
    /// Images in a sample grid.
    pub samples: usize,
    /// Where samples are computed.
    pub device: Device,
}

impl<G: GeneratorArchitecture> RunJournal<G> {
    /// A journal for a run of `recipe`.
    #[must_use]
    pub fn new<D>(
        directory: RunDirectory,
        recipe: &Recipe<G, D>,
        signature: Signature,
        data_fingerprint: String,
        device: Device,
    ) -> Self {
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
        Self {
            directory,
            card,
            samples: recipe.run.samples,
            device,
        }
    }

    fn append_metrics(&self, reading: &Reading) -> Result<(), TrainError> {
        let path = self.directory.metrics();
        let mut line = serde_json::to_string(reading)
            .map_err(|error| io_error(&path, std::io::Error::other(error)))?;
        line.push('\n');
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .and_then(|mut file| file.write_all(line.as_bytes()))
            .map_err(|source| io_error(&path, source))
    }

    fn write_model(
        &self,
        path: &Path,
        images: u64,
        generator: &G::Network,
    ) -> Result<(), TrainError> {
        let card = ModelCard {
            images_seen: images,
            ..self.card.clone()
        };
        replace(path, &ModelFile::new(card, generator).to_bytes()?)
    }

    fn write_samples(&self, images: u64, generator: &G::Network) -> Result<(), TrainError> {
        let signature = Signature::from(&self.card);
        let options = SampleOptions {
            count: self.samples,
            seed: self.card.seed,
            batch: self.samples,
            ..SampleOptions::default()
        };
        let sheet = sample(generator, &signature, &options, &self.device)?;
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
        self.append_metrics(reading)?;
        self.write_samples(reading.images, generator)
    }

    fn checkpoint(&mut self, images: u64, generator: &G::Network) -> Result<(), TrainError> {
        self.write_model(&self.directory.model(), images, generator)
    }

    fn best(&mut self, images: u64, generator: &G::Network) -> Result<(), TrainError> {
        self.write_model(&self.directory.best(), images, generator)
    }
}
