//! What can go wrong in a recipe or a run, each in one line: what, where, what to do.

use std::path::PathBuf;

use ganforge_data::DataError;
use ganforge_eval::{Difference, MetricName};
use ganforge_infer::InferError;
use ganforge_model::{ConfigError, ModelError};

use crate::evaluation::RealError;

/// Why a recipe cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecipeError {
    /// Neither a built-in name nor a file.
    #[error("no recipe or file is called `{name}`; built in are {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The built-in names.
        known: String,
    },
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not TOML, an unknown key, or a value of the wrong type.
    #[error("recipe `{recipe}`: {reason}")]
    Toml {
        /// The recipe.
        recipe: String,
        /// The complaint, with the line it is about.
        reason: String,
    },
    /// A value out of range.
    #[error("`{key}` is {value}, allowed: {allowed}")]
    Value {
        /// Dotted path of the key.
        key: String,
        /// The value found.
        value: String,
        /// What would be accepted.
        allowed: String,
    },
    /// A `--set` that is no `key=value`.
    #[error("`--set {0}` is not of the form key.path=value, as in game.payoff=hinge")]
    Override(String),
}

impl RecipeError {
    pub(crate) fn value(
        key: impl Into<String>,
        value: impl std::fmt::Display,
        allowed: impl Into<String>,
    ) -> Self {
        Self::Value {
            key: key.into(),
            value: value.to_string(),
            allowed: allowed.into(),
        }
    }
}

/// Why a run could not start, or had to stop.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The recipe.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// The data.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A network that cannot be built for these images.
    #[error("{player}: {source}")]
    Network {
        /// `generator` or `discriminator`.
        player: &'static str,
        /// The value that does not work.
        source: ConfigError,
    },
    /// What `[evaluation]` asks and the data do not admit.
    #[error("[evaluation] {0}")]
    Evaluation(#[from] RealError),
    /// Figures obtained otherwise than those of the run so far.
    #[error(
        "{metric} was measured with `{}` {} so far and would be with {} from here on; resume with the data and the [evaluation] that the run began with",
        difference.key, difference.second, difference.first
    )]
    OtherProtocol {
        /// The metric.
        metric: MetricName,
        /// What differs: now, and in the run so far.
        difference: Difference,
    },
    /// A best model that a run which goes on cannot compare with.
    #[error("{}: {reason}; move the file away to go on without it", path.display())]
    Best {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The model file.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The sample grid.
    #[error(transparent)]
    Samples(#[from] InferError),
    /// A file of the run directory.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A new run where another one lies.
    #[error(
        "{} already holds a run; continue it with --resume or choose another folder with --out", .0.display()
    )]
    Occupied(PathBuf),
    /// Nothing to resume.
    #[error("{} holds no checkpoint to resume from", .0.display())]
    NoCheckpoint(PathBuf),
    /// A checkpoint whose parts do not fit.
    #[error("checkpoint {}: {reason}", path.display())]
    Checkpoint {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Other data than the run began with.
    #[error(
        "the run was trained on data with fingerprint {expected}, this is {found}; resume with the same data"
    )]
    OtherData {
        /// Fingerprint in the checkpoint.
        expected: String,
        /// Fingerprint of the data given.
        found: String,
    },
    /// A checkpoint that could not be written.
    #[error(
        "no checkpoint could be written: {0}; the one before is kept, go on from it with --resume"
    )]
    NotSaved(String),
    /// A figure that is no number any more.
    #[error(
        "{figure} is not finite after {images} images; the last good checkpoint is kept. Try a lower \
         optimizer rate, another payoff (game.payoff=hinge), or a penalty on the discriminator"
    )]
    NotFinite {
        /// Which figure.
        figure: &'static str,
        /// Images seen.
        images: u64,
    },
    /// Whatever burn-train stopped on.
    #[error("training stopped: {0}")]
    Stopped(String),
}
