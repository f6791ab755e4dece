//! The folder a run leaves behind.
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
use crate::write::{io_error, replace, sync_folder};

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

    /// The notes of training.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.0.join("experiment.log")
    }

    /// The page that summarises the run; the command line writes it, not training.
    #[must_use]
    pub fn report(&self) -> PathBuf {
        self.0.join("report.html")
    }

    /// The recipe as its file had it, before `--set` and other flags; there is none of a built-in recipe.
    #[must_use]
    pub fn recipe_source(&self) -> PathBuf {
        self.0.join("recipe-source.toml")
    }

    /// Takes the folder for a new run and locks it: makes it, and writes the recipe.
    ///
    /// # Errors
    /// A folder that holds a run, or anything that a run would overwrite; one that another process takes at this moment; or what the file system says.
    pub fn begin(&self, recipe: &RecipeText) -> Result<RunLock, TrainError> {
        self.refuse_occupied()?;
        fs::create_dir_all(&self.0).map_err(|source| io_error(&self.0, source))?;
        let lock = RunLock::acquire(&self.0)?;
        // Another process may have begun, and even finished, since the first look.
        self.refuse_occupied()?;
        self.write_recipe(recipe)?;
        sync_folder(&self.0).map_err(|source| io_error(&self.0, source))?;
        self.make_samples()?;
        Ok(lock)
    }

    /// Makes a run's folder ready to go on after `images` images: what came later is dropped from the metrics. Returns what is worth a warning.
    ///
    /// # Errors
    /// What the file system says.
    pub fn resume(&self, recipe: &RecipeText, images: u64) -> Result<Vec<String>, TrainError> {
        self.write_recipe(recipe)?;
        self.make_samples()?;
        self.remove_half_written_samples()?;
        metrics::keep_until(&self.metrics(), images)
    }

    /// A run never begins where something of another one, or of the user's, would be replaced.
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
        replace(&self.recipe(), recipe.resolved.as_bytes())?;
        match &recipe.source {
            Some(source) => replace(&self.recipe_source(), source.as_bytes()),
            None => Ok(()),
        }
    }

    fn make_samples(&self) -> Result<(), TrainError> {
        let samples = self.samples();
        fs::create_dir_all(&samples).map_err(|source| io_error(&samples, source))
    }

    /// A kill can leave a sample grid that never got its name.
    fn remove_half_written_samples(&self) -> Result<(), TrainError> {
        let samples = self.samples();
        let entries = fs::read_dir(&samples).map_err(|source| io_error(&samples, source))?;
        for entry in entries.flatten() {
            let name = entry.file_name();
            if name.to_str().is_some_and(is_half_written_sample) {
                let path = entry.path();
                fs::remove_file(&path).map_err(|source| io_error(&path, source))?;
            }
        }
        Ok(())
    }
}

/// A recipe as a run directory keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipeText {
    /// With every default and override written out.
    pub resolved: String,
    /// As its file has it, where it came from one.
    pub source: Option<String>,
}

/// `.ganforge-<process>-<number>.partial`, the name that ganforge-infer gives to a file until it is complete.
fn is_half_written_sample(name: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let numbers = name
        .strip_prefix(".ganforge-")
        .and_then(|name| name.strip_suffix(".partial"))
        .and_then(|name| name.split_once('-'));
    numbers.is_some_and(|(process, number)| digits(process) && digits(number))
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
    fn a_run_begins_where_nothing_of_it_is_in_the_way() {
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

    #[test]
    fn only_what_a_kill_leaves_of_a_grid_counts_as_half_written() {
        assert!(is_half_written_sample(".ganforge-4711-2.partial"));
        for mine in [
            "000001280.png",
            "mine.partial",
            ".mine.png.partial",
            ".ganforge-mine.partial",
        ] {
            assert!(!is_half_written_sample(mine), "{mine}");
        }
    }
}
