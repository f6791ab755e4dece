//! Runs of the release binary with several seeds, resumed where they stopped.

use std::collections::VecDeque;
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::thread;

use serde_json::Value;

use crate::step;

/// One run.
pub struct Trial {
    pub recipe: String,
    pub seed: u64,
    /// Further arguments of `ganforge train`.
    pub arguments: Vec<String>,
    pub folder: PathBuf,
}

impl Trial {
    /// Trains to the end, from the last checkpoint if there is one.
    pub fn train(&self) -> Result<(), String> {
        let at = self.path();
        let seed = self.seed.to_string();
        let mut train = vec!["train", &self.recipe, "--seed", &seed, "--out", &at];
        train.extend(["--dashboard", "none"]);
        train.extend(self.arguments.iter().map(String::as_str));
        if self.folder.join("checkpoint").exists() {
            train.push("--resume");
        } else if self.folder.exists() {
            // Stopped before its first checkpoint: start again.
            fs::remove_dir_all(&self.folder).map_err(|error| format!("{at}: {error}"))?;
        }
        ganforge(&train).map(drop)
    }

    /// What a command of `ganforge` reports on the model, or `None` if there is no model yet.
    pub fn score(&self, command: &[&str]) -> Result<Option<Value>, String> {
        if !self.folder.join("model.safetensors").exists() {
            return Ok(None);
        }
        let at = self.path();
        let [name, options @ ..] = command else {
            return Err("no command that scores a run".to_owned());
        };
        let mut words = vec![*name, &at, "--json"];
        words.extend(options);
        let output = ganforge(&words)?;
        let report = serde_json::from_str(&output);
        report
            .map(Some)
            .map_err(|error| format!("{at}: {name} printed no JSON: {error}"))
    }

    /// Images seen, by the last line of its metrics.
    pub fn images(&self) -> u64 {
        let metrics = fs::read_to_string(self.folder.join("metrics.jsonl")).unwrap_or_default();
        let last = metrics.lines().last().unwrap_or_default();
        let last: Value = serde_json::from_str(last).unwrap_or_default();
        last["images"].as_u64().unwrap_or(0)
    }

    fn path(&self) -> String {
        self.folder.display().to_string()
    }
}

/// Builds the release binary.
pub fn prepare(out: &std::path::Path) -> Result<(), String> {
    step::run(&mut step::command("cargo", &["build", "--release"]))?;
    fs::create_dir_all(out).map_err(|error| format!("{}: {error}", out.display()))
}

/// Runs as many jobs at a time as there are cores.
pub fn side_by_side<T: Send>(
    jobs: impl IntoIterator<Item = T>,
    work: impl Fn(T) -> Result<(), String> + Sync,
) -> Result<(), String> {
    let queue: Mutex<VecDeque<T>> = Mutex::new(jobs.into_iter().collect());
    let next = || {
        let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.pop_front()
    };
    let worker = || -> Result<(), String> {
        while let Some(job) = next() {
            work(job)?;
        }
        Ok(())
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().try_for_each(|worker| {
            let panicked = |_| "a worker panicked".to_owned();
            worker.join().map_err(panicked)?
        })
    })
}

/// Runs the release binary on one core.
pub fn ganforge(arguments: &[&str]) -> Result<String, String> {
    let mut command = step::command(step::released_binary(), arguments);
    step::read(command.env("RAYON_NUM_THREADS", "1"))
}
