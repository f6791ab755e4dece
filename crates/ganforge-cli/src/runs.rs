//! Resolves MODEL and RUN arguments: a path, a recipe's name for its newest run, or `latest`.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use ganforge_core::read_text;
use ganforge_train::recipe::builtin;
use ganforge_train::run::RunDirectory;
use ganforge_train::run::checkpoint::{CheckpointFolder, MODEL_FILE};

use crate::error::CliError;

/// The folder of runs without `--out`.
pub const RUNS: &str = "runs";

/// The name for the newest run of any recipe.
pub const LATEST: &str = "latest";

/// The model file that a MODEL argument refers to.
///
/// # Errors
/// There are several paths, or none of a model file or a folder with one.
pub fn model_file(argument: &[PathBuf]) -> Result<PathBuf, CliError> {
    let model = run_or_model(one(argument)?)?;
    if !model.is_dir() {
        return Ok(model);
    }
    let file = model.join(MODEL_FILE);
    if file.exists() {
        return Ok(file);
    }
    // The folder of a run's checkpoints: take the last of them.
    if let Ok(Some(found)) = CheckpointFolder::new(model.clone()).find() {
        let file = found.checkpoint.folder.join(MODEL_FILE);
        if file.exists() {
            return Ok(file);
        }
    }
    Err(CliError::System(format!(
        "{}: this folder has no {MODEL_FILE}; name a run directory with at least one checkpoint",
        model.display()
    )))
}

/// The path itself if it exists, else the run directory of that name.
///
/// # Errors
/// There is neither.
pub fn run_or_model(argument: &Path) -> Result<PathBuf, CliError> {
    if let Ok(true) | Err(_) = argument.try_exists() {
        return Ok(argument.to_owned());
    }
    let name = argument.to_str().unwrap_or_default();
    let recipe = (name != LATEST).then_some(name);
    if let Some(run) = newest(recipe) {
        return Ok(run);
    }
    let what = if name == LATEST {
        format!("there is no run in {RUNS}/")
    } else if builtin(name).is_some() {
        format!("there is no run of this recipe in {RUNS}/; `ganforge train {name}` makes one")
    } else {
        format!(
            "nothing is there; name a model file, a run directory, a checkpoint, a recipe for its newest run, or {LATEST}"
        )
    };
    Err(CliError::System(format!("{}: {what}", argument.display())))
}

/// The only value of an argument that takes one. A shell may expand `runs/digits-*` to several.
///
/// # Errors
/// There are several.
pub fn one(values: &[PathBuf]) -> Result<&Path, CliError> {
    match values {
        [one] => Ok(one),
        several => {
            let names: Vec<String> = several
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            Err(CliError::Usage(format!(
                "{} are given where one is wanted: {}; say one, or {LATEST}",
                several.len(),
                names.join(", ")
            )))
        }
    }
}

/// The run in `runs/` that was started or resumed last, of one recipe or of any.
pub fn newest(recipe: Option<&str>) -> Option<PathBuf> {
    let entries = fs::read_dir(RUNS).ok()?.flatten();
    let runs = entries.filter_map(|entry| {
        let directory = RunDirectory::new(entry.path());
        let touched = fs::metadata(directory.recipe()).ok()?.modified().ok()?;
        let wanted = recipe.is_none_or(|recipe| is_of(&directory, recipe));
        wanted.then(|| (touched, entry.file_name(), directory))
    });
    let newest = runs.max_by(|a, b| key(a).cmp(&key(b)));
    newest.map(|(.., directory)| directory.path().to_owned())
}

fn key(run: &(SystemTime, OsString, RunDirectory)) -> (SystemTime, &OsString) {
    (run.0, &run.1)
}

/// Whether a run is one of the recipe with this name.
fn is_of(directory: &RunDirectory, recipe: &str) -> bool {
    let text = read_text(&directory.recipe()).unwrap_or_default();
    let table: Option<toml::Table> = text.parse().ok();
    table.is_some_and(|table| table.get("name").and_then(toml::Value::as_str) == Some(recipe))
}

/// A new folder in `runs/` that no other process uses. Removed on drop if it is empty.
pub struct ReservedRun(PathBuf);

impl ReservedRun {
    /// Creates `runs/<recipe>-<time>`, with a number appended if that exists.
    ///
    /// # Errors
    /// The folder cannot be created.
    pub fn new(recipe: &str) -> Result<Self, CliError> {
        let failed = |path: &Path, error: &std::io::Error| {
            CliError::System(format!("{}: {error}", path.display()))
        };
        let runs = Path::new(RUNS);
        fs::create_dir_all(runs).map_err(|error| failed(runs, &error))?;
        let name = format!("{recipe}-{}", time_stamp());
        let mut path = runs.join(&name);
        let mut number = 1;
        loop {
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                    number += 1;
                    path = runs.join(format!("{name}-{number}"));
                }
                Err(error) => return Err(failed(&path, &error)),
            }
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for ReservedRun {
    fn drop(&mut self) {
        // `remove_dir` fails on a folder that is not empty.
        if fs::remove_dir(&self.0).is_ok() {
            let _ = fs::remove_dir(RUNS);
        }
    }
}

/// `20261128-071500`, in UTC.
fn time_stamp() -> String {
    let now = time::UtcDateTime::now();
    format!(
        "{:04}{:02}{:02}-{:02}{:02}{:02}",
        now.year(),
        u8::from(now.month()),
        now.day(),
        now.hour(),
        now.minute(),
        now.second()
    )
}
