//! The run directory.
//!
//! ```text
//! recipe.toml          fully resolved: what was run
//! recipe-source.toml   the file it was read from, where there was one
//! metrics.jsonl        one line a tick
//! samples/000123456.png  by images seen, always from the same latents
//! checkpoint/          to resume from
//! model.safetensors    the averaged generator
//! best.safetensors     the best of them, by the metric of `evaluation.keep_best`
//! evaluation.json      how the figures in the metrics were obtained
//! experiment.log       what was worth a note
//! report.html          all of it on one page
//! ```

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::checkpoint::CheckpointFolder;
use super::lock::RunLock;
use super::metrics;
use crate::error::TrainError;
use ganforge_core::{AtomicFile, atomic_write, sync_parent};

/// The folder of checkpoints.
const CHECKPOINTS: &str = "checkpoint";

/// Paths inside a run directory.
#[derive(Debug, Clone)]
pub struct RunDirectory(PathBuf);

impl RunDirectory {
    /// The run directory at `path`, which need not exist yet.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The directory.
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

    /// The best model so far, if the recipe keeps it.
    #[must_use]
    pub fn best(&self) -> PathBuf {
        self.0.join("best.safetensors")
    }

    /// The protocols of the metrics.
    #[must_use]
    pub fn evaluation(&self) -> PathBuf {
        self.0.join("evaluation.json")
    }

    /// The checkpoints.
    #[must_use]
    pub fn checkpoints(&self) -> CheckpointFolder {
        CheckpointFolder::new(self.0.join(CHECKPOINTS))
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

    /// The log of training.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.0.join("experiment.log")
    }

    /// The HTML report, written by the command line and not by training.
    #[must_use]
    pub fn report(&self) -> PathBuf {
        self.0.join("report.html")
    }

    /// The recipe's source file, without `--set` and other options; absent for a built-in recipe.
    #[must_use]
    pub fn recipe_source(&self) -> PathBuf {
        self.0.join("recipe-source.toml")
    }

    /// Creates and locks the directory of a new run, and writes the recipe.
    ///
    /// # Errors
    /// If the directory holds a run or a file that a run would overwrite, if another process is creating it, or on a file system error.
    pub fn begin(&self, recipe: &RecipeText) -> Result<RunLock, TrainError> {
        self.refuse_occupied()?;
        fs::create_dir_all(&self.0).map_err(|source| TrainError::io(&self.0, source))?;
        let lock = RunLock::acquire(&self.0)?;
        // Another process may have created a run since the first check.
        self.refuse_occupied()?;
        self.write_recipe(recipe)?;
        sync_parent(&self.0).map_err(|source| TrainError::io(&self.0, source))?;
        self.make_samples()?;
        Ok(lock)
    }

    /// Prepares the directory for resuming after `images` images: removes later metrics. Returns warnings.
    ///
    /// # Errors
    /// A file system error.
    pub fn resume(&self, recipe: &RecipeText, images: u64) -> Result<Vec<String>, TrainError> {
        self.write_recipe(recipe)?;
        self.make_samples()?;
        self.remove_temporary_files()?;
        metrics::keep_until(&self.metrics(), images)
    }

    /// Checks that a new run would overwrite nothing.
    fn refuse_occupied(&self) -> Result<(), TrainError> {
        if self.recipe().exists() {
            return Err(TrainError::Occupied(self.0.clone()));
        }
        let files = [
            self.model(),
            self.best(),
            self.evaluation(),
            self.metrics(),
            self.recipe_source(),
            self.report(),
            self.log(),
        ];
        let folders = [self.samples(), self.0.join(CHECKPOINTS)];
        let taken = files.iter().find(|path| path.symlink_metadata().is_ok());
        let filled = |path: &&PathBuf| match fs::read_dir(path) {
            Ok(mut entries) => entries.next().is_some(),
            Err(error) => error.kind() != ErrorKind::NotFound,
        };
        match taken.or_else(|| folders.iter().find(filled)) {
            Some(path) => Err(TrainError::InTheWay(path.clone())),
            None => Ok(()),
        }
    }

    fn write_recipe(&self, recipe: &RecipeText) -> Result<(), TrainError> {
        let write = |path: PathBuf, text: &str| {
            atomic_write(&path, text.as_bytes()).map_err(|source| TrainError::io(&path, source))
        };
        write(self.recipe(), &recipe.resolved)?;
        match &recipe.source {
            Some(source) => write(self.recipe_source(), source),
            None => Ok(()),
        }
    }

    fn make_samples(&self) -> Result<(), TrainError> {
        let samples = self.samples();
        fs::create_dir_all(&samples).map_err(|source| TrainError::io(&samples, source))
    }

    /// A killed process can leave temporary files.
    fn remove_temporary_files(&self) -> Result<(), TrainError> {
        for folder in [self.0.clone(), self.samples(), self.0.join(CHECKPOINTS)] {
            let entries = match fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(source) => return Err(TrainError::io(&folder, source)),
            };
            for entry in entries.flatten() {
                let path = entry.path();
                if AtomicFile::is_temporary(&path) {
                    fs::remove_file(&path).map_err(|source| TrainError::io(&path, source))?;
                }
            }
        }
        Ok(())
    }
}

/// The recipe as stored in a run directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipeText {
    /// With all defaults and overrides.
    pub resolved: String,
    /// The text of its source file, if there is one.
    pub source: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin(folder: &Path) -> Result<RunLock, String> {
        let recipe = RecipeText {
            resolved: "title = 'x'".to_owned(),
            source: None,
        };
        RunDirectory::new(folder)
            .begin(&recipe)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_new_run_overwrites_nothing() {
        for file in [
            "samples/mine.png",
            "checkpoint/weights",
            "metrics.jsonl",
            "model.safetensors",
        ] {
            let home = tempfile::tempdir().unwrap();
            let path = home.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "mine").unwrap();
            let error = begin(home.path()).unwrap_err();
            let name = file.split('/').next().unwrap();
            assert!(error.contains(name) && error.contains("--out"), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        }
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("notes.txt"), "mine").unwrap();
        fs::create_dir(home.path().join("samples")).unwrap();
        begin(home.path()).unwrap();
    }
}
