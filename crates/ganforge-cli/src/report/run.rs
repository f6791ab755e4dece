//! A run directory, read for its report.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use ganforge_core::read_text;
use ganforge_eval::MetricName;
use ganforge_train::experiment::Experiment;
use ganforge_train::recipe::RecipeSource;
use ganforge_train::run::RunDirectory;

use super::metrics::{self, Tick};
use super::of_system::{self, AnySystem};
use crate::error::CliError;

/// A run, finished or not.
pub struct Run {
    /// The resolved recipe.
    pub experiment: Experiment,
    /// Its system.
    pub system: Box<dyn AnySystem>,
    /// The text of its file.
    pub recipe_text: String,
    /// Real images shown to the discriminator.
    pub images: u64,
    /// Seconds of training, all sessions together; unknown without a checkpoint.
    pub seconds: Option<f64>,
    /// The lines of `metrics.jsonl`.
    pub ticks: Vec<Tick>,
    /// Sample grids, by images seen.
    pub samples: Vec<Sample>,
    /// Size of the model file in bytes, if there is one.
    pub model_bytes: Option<u64>,
    /// Whether there is a best model.
    pub has_best: bool,
}

/// One sample grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Images seen when it was drawn.
    pub images: u64,
    /// Path from the run directory.
    pub link: String,
}

impl Run {
    /// Reads a run directory.
    ///
    /// # Errors
    /// A file cannot be read, or is not a valid recipe or checkpoint.
    pub fn read(directory: &RunDirectory) -> Result<Self, CliError> {
        let path = directory.recipe();
        let recipe_text = read_text(&path).map_err(|error| unreadable(&path, &error))?;
        let source = RecipeSource::new("recipe", &recipe_text);
        let experiment = Experiment::parse(&source, &[])?;
        let metrics = directory.metrics();
        let ticks = metrics::read(&metrics).map_err(|error| unreadable(&metrics, &error))?;
        let manifest = directory.checkpoints().manifest()?;
        let last_tick = ticks.last().map_or(0, |tick| tick.images);
        let images = manifest.as_ref().map_or(last_tick, |at| at.images);
        let mut samples = samples(&directory.samples())?;
        // Grids after the checkpoint belong to a session that was killed; its steps will be repeated.
        samples.retain(|sample| sample.images <= images);
        Ok(Self {
            experiment,
            system: of_system::system(&source)?,
            recipe_text,
            images,
            seconds: manifest.map(|at| at.seconds),
            ticks,
            samples,
            model_bytes: fs::metadata(directory.model()).ok().map(|file| file.len()),
            has_best: directory.best().is_file(),
        })
    }

    /// The metric that selected the best model, its value, and the images seen then.
    pub fn best(&self) -> Option<(MetricName, f64, u64)> {
        let (metric, better) = self.experiment.evaluation.as_ref()?.keeps()?;
        let figures = self.ticks.iter().filter_map(|tick| {
            let value = tick.get(metric.name())?;
            Some((metric, value, tick.images))
        });
        // Of equal values the first was kept.
        let best = figures.reduce(|best, next| {
            if better.improves(next.1, best.1) {
                next
            } else {
                best
            }
        });
        best.filter(|_| self.has_best)
    }

    /// Images after which the run is finished: those of the recipe, rounded up to whole steps.
    pub fn goal(&self) -> u64 {
        let steps = self.experiment.steps();
        steps.saturating_mul(self.experiment.images_per_step())
    }

    /// Whether the run has reached its goal.
    pub fn is_finished(&self) -> bool {
        self.images >= self.goal()
    }
}

fn samples(folder: &Path) -> Result<Vec<Sample>, CliError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(folder, &error)),
    };
    let mut samples: Vec<Sample> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let digits = name.strip_suffix(".png")?;
            Some(Sample {
                images: digits.parse().ok()?,
                link: format!("samples/{name}"),
            })
        })
        .collect();
    samples.sort_by_key(|sample| sample.images);
    Ok(samples)
}

fn unreadable(path: &Path, error: &std::io::Error) -> CliError {
    CliError::System(format!("{}: {error}", path.display()))
}
