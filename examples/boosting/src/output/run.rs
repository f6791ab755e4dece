//! Files of a run. Each is written atomically, so that an interrupted run leaves no torn file.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use ganforge_core::{ImageShape, atomic_write};
use ganforge_data::DataError;
use ganforge_infer::{GridOptions, Images, InferError};
use serde::Serialize;

use crate::data::BinaryImages;
use crate::model::Model;

/// Samples of a picture.
const SHOWN: usize = 100;

/// Why a run failed.
#[derive(Debug)]
pub enum Error {
    /// The data cannot be read.
    Data(DataError),
    /// A picture cannot be written.
    Picture(InferError),
    /// A file or folder cannot be written.
    File(PathBuf, std::io::Error),
    /// The options contradict each other, or a chart cannot be drawn.
    Other(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Data(error) => error.fmt(f),
            Self::Picture(error) => error.fmt(f),
            Self::File(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Error {}

impl From<DataError> for Error {
    fn from(error: DataError) -> Self {
        Self::Data(error)
    }
}

impl From<InferError> for Error {
    fn from(error: InferError) -> Self {
        Self::Picture(error)
    }
}

/// A line of `metrics.jsonl`: the model after a number of features.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Metrics {
    /// Training images that the classifiers have seen, one pass for each feature.
    pub images: u64,
    /// Features of the model.
    pub features: usize,
    /// Loss of the last feature's classifier; 2 log 2 is chance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classifier_loss: Option<f64>,
    /// The last feature's coefficient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coefficient: Option<f64>,
    /// Mean log-likelihood of the training images, in nats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_likelihood_train: Option<f64>,
    /// Mean log-likelihood of the test images, in nats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_likelihood_test: Option<f64>,
    /// Standard error of log Z, where that is an estimate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_z_error: Option<f64>,
}

/// A run directory.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    metrics: String,
}

impl RunFolder {
    /// Creates a directory, or takes an empty one, and writes the settings into it.
    ///
    /// # Errors
    /// The directory holds files, or cannot be written.
    pub fn create(path: &Path, settings: &impl Serialize) -> Result<Self, Error> {
        let failed = |error| Error::File(path.to_owned(), error);
        fs::create_dir_all(path).map_err(failed)?;
        if fs::read_dir(path).map_err(failed)?.next().is_some() {
            return Err(Error::Other(format!(
                "{}: this directory is not empty; name another with --out",
                path.display()
            )));
        }
        let run = Self {
            path: path.to_owned(),
            metrics: String::new(),
        };
        let text = toml::to_string(settings).map_err(|error| Error::Other(error.to_string()))?;
        run.write("settings.toml", &text)?;
        Ok(run)
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, name: &str, text: &str) -> Result<(), Error> {
        let path = self.path.join(name);
        atomic_write(&path, text.as_bytes()).map_err(|error| Error::File(path, error))
    }

    /// Appends a line to `metrics.jsonl`.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add(&mut self, metrics: &Metrics) -> Result<(), Error> {
        self.metrics += &json(metrics)?;
        self.metrics.push('\n');
        self.write("metrics.jsonl", &self.metrics)
    }

    /// Draws up to a hundred images, such as `samples/000010.png` of the model with ten features.
    ///
    /// # Errors
    /// The picture cannot be written.
    pub fn draw(&self, name: &str, images: &BinaryImages, side: usize) -> Result<(), Error> {
        let shape = ImageShape {
            channels: 1,
            height: side,
            width: side,
        };
        let shown = images.rows().take(SHOWN).flatten();
        let levels = shown.map(|&value| if value > 0.5 { 1.0 } else { -1.0 });
        let grid = GridOptions {
            columns: Some(10),
            ..GridOptions::default()
        };
        let path = self.path.join(name);
        Images::new(shape, levels.collect())?.write_grid(path, &grid)?;
        Ok(())
    }

    /// Writes a model as JSON.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, name: &str, model: &Model) -> Result<(), Error> {
        self.write(name, &json(model)?)
    }
}

fn json(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Other(error.to_string()))
}
