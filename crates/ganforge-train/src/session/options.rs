//! Options of a run.

use std::path::PathBuf;

use burn::train::Interrupter;
use burn::train::renderer::MetricsRenderer;

use super::beginning::Beginning;
use crate::error::TrainError;
use crate::run::{RunDirectory, StoredRun};

/// Where a run is written, what it begins with, and who is informed.
///
/// ```
/// use ganforge_train::TrainOptions;
///
/// // Resumes the run in this folder, or begins it where there is none.
/// let options = TrainOptions::new("runs/digits")
///     .resume(true)
///     .warn(|warning| eprintln!("warning: {warning}"));
/// # drop(options);
/// ```
pub struct TrainOptions {
    pub(crate) out: PathBuf,
    pub(crate) source: Option<String>,
    pub(crate) accept_data: bool,
    pub(crate) renderer: Option<MakeRenderer>,
    pub(crate) warn: Box<dyn FnMut(&str)>,
    pub(crate) interrupter: Interrupter,
    pub(crate) log: bool,
    beginning: Beginning,
    resume: bool,
}

/// Makes a renderer of progress.
pub(crate) type MakeRenderer = Box<dyn FnOnce() -> Box<dyn MetricsRenderer>>;

impl TrainOptions {
    /// A new run in the folder `out`, with an `experiment.log` and the default renderer of burn-train. Warnings are dropped.
    #[must_use]
    pub fn new(out: impl Into<PathBuf>) -> Self {
        Self {
            out: out.into(),
            source: None,
            accept_data: false,
            renderer: None,
            warn: Box::new(|_| ()),
            interrupter: Interrupter::new(),
            log: true,
            beginning: Beginning::New,
            resume: false,
        }
    }

    /// Whether to resume the run in `out` at its last checkpoint. Where `out` holds no run, a new one begins, so that the same program starts
    /// and resumes a run. Default: false, which refuses a folder that holds a run.
    #[must_use]
    pub fn resume(self, resume: bool) -> Self {
        Self { resume, ..self }
    }

    /// What the run begins with: new weights (the default), trained weights, or a chosen checkpoint.
    #[must_use]
    pub fn beginning(self, beginning: Beginning) -> Self {
        Self { beginning, ..self }
    }

    /// Whether to resume with other data than the run began with. Default: false, which refuses them.
    #[must_use]
    pub fn accept_data(self, accept_data: bool) -> Self {
        Self {
            accept_data,
            ..self
        }
    }

    /// The text of the recipe file, stored in the run directory: on resume, a key that was edited in the file since then is applied.
    #[must_use]
    pub fn source(self, source: impl Into<Option<String>>) -> Self {
        let source = source.into();
        Self { source, ..self }
    }

    /// Shows progress with a renderer of your own, made when training begins.
    #[must_use]
    pub fn renderer(self, make: impl FnOnce() -> Box<dyn MetricsRenderer> + 'static) -> Self {
        Self {
            renderer: Some(Box::new(make)),
            ..self
        }
    }

    /// Called with each warning before training begins. `experiment.log` has the warnings, too.
    #[must_use]
    pub fn warn(self, warn: impl FnMut(&str) + 'static) -> Self {
        Self {
            warn: Box::new(warn),
            ..self
        }
    }

    /// Stops the run after the current step, with a checkpoint, when [`Interrupter::stop`] is called on a clone.
    #[must_use]
    pub fn interrupter(self, interrupter: Interrupter) -> Self {
        Self {
            interrupter,
            ..self
        }
    }

    /// Whether to write `experiment.log` into the run directory, which installs a process-wide logger. Default: true.
    #[must_use]
    pub fn log(self, log: bool) -> Self {
        Self { log, ..self }
    }

    /// Takes the beginning; opens the run in `out` if it is to be resumed.
    ///
    /// # Errors
    /// As [`StoredRun::open`].
    pub(crate) fn take_beginning(&mut self) -> Result<Beginning, TrainError> {
        let beginning = std::mem::replace(&mut self.beginning, Beginning::New);
        let is_open = matches!(beginning, Beginning::Resume(_));
        if !self.resume || is_open || !RunDirectory::new(&self.out).recipe().is_file() {
            return Ok(beginning);
        }
        Ok(Beginning::Resume(Box::new(StoredRun::open(&self.out)?)))
    }
}
