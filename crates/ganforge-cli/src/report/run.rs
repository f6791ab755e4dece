//! What a run directory tells about its run.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use ganforge_core::read_text;
use ganforge_eval::MetricName;
use ganforge_train::{Reading, Recipe, RunDirectory};

use crate::error::CliError;

/// A run, finished or not.
pub struct Run {
    /// What was run.
    pub recipe: Recipe,
    /// The same as its file has it.
    pub recipe_text: String,
    /// Real images shown to the discriminator.
    pub images: u64,
    /// Seconds of training, all sessions together; unknown without a checkpoint.
    pub seconds: Option<f64>,
    /// The metrics, a reading a tick.
    pub readings: Vec<Reading>,
    /// By how many images each sample grid was made after, in rising order.
    pub samples: Vec<Sample>,
    /// Bytes of the model file, where there is one.
    pub model_bytes: Option<u64>,
    /// Whether there is a best model.
    pub has_best: bool,
}

/// One sample grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Images seen when it was drawn.
    pub images: u64,
    /// Where it lies, from the run directory.
    pub link: String,
}

impl Run {
    /// Reads a run directory.
    ///
    /// # Errors
    /// A file that cannot be read, a recipe or a checkpoint that is none.
    pub fn read(directory: &RunDirectory) -> Result<Self, CliError> {
        let path = directory.recipe();
        let recipe_text = read_text(&path).map_err(|error| unreadable(&path, &error))?;
        let recipe = Recipe::from_toml("recipe", &recipe_text, &[])?;
        let readings = readings(&directory.metrics())?;
        let manifest = directory.checkpoints().manifest()?;
        let last_reading = readings.last().map_or(0, |reading| reading.images);
        let images = manifest.as_ref().map_or(last_reading, |at| at.images);
        let mut samples = samples(&directory.samples())?;
        // Grids of a session that was killed after its last checkpoint belong to a run that never was.
        samples.retain(|sample| sample.images <= images);
        Ok(Self {
            recipe,
            recipe_text,
            images,
            seconds: manifest.map(|at| at.seconds),
            readings,
            samples,
            model_bytes: fs::metadata(directory.model()).ok().map(|file| file.len()),
            has_best: directory.best().is_file(),
        })
    }

    /// The figure by which the best model was kept, and the images it had seen.
    pub fn best(&self) -> Option<(MetricName, f64, u64)> {
        let (metric, better) = self.recipe.evaluation.as_ref()?.keeps()?;
        let figures = self.readings.iter().filter_map(|reading| {
            let value = reading.figures.get(&metric)?;
            Some((metric, *value, reading.images))
        });
        // Of equal figures the first was kept.
        let best = figures.reduce(|best, next| {
            if better.improves(next.1, best.1) {
                next
            } else {
                best
            }
        });
        best.filter(|_| self.has_best)
    }

    /// Images after which the run is done: whole steps, so at least those the recipe asks for.
    pub fn goal(&self) -> u64 {
        let steps = self.recipe.steps();
        steps.saturating_mul(self.recipe.images_per_step())
    }

    /// True where nothing is left to be done.
    pub fn is_finished(&self) -> bool {
        self.images >= self.goal()
    }
}

/// Every line that is a reading: one cut short by a kill, or edited by hand, is left out.
fn readings(path: &Path) -> Result<Vec<Reading>, CliError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        // Stopped before its first tick.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(path, &error)),
    };
    let lines = bytes.split(|&byte| byte == b'\n');
    Ok(lines
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect())
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
