//! The error types of training. Each message is one line: what, where, what to do.

mod recipe;

pub use recipe::RecipeError;

use std::path::{Path, PathBuf};

use ganforge_data::DataError;
use ganforge_eval::{Difference, MetricName};
use ganforge_infer::InferError;
use ganforge_measure::MeasureError;
use ganforge_model::{ConfigError, ModelError};

use crate::memory::error::MemoryError;

/// The error of a run that could not start or had to stop.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// An invalid recipe.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// An error of the dataset.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Data without images that training does not see, for a metric that needs them.
    #[error(
        "the images of [{table}] have no test part, on which this system is measured; keep some of them from training with `{table}.take`"
    )]
    NoTestImages {
        /// `data`, or `target` for the second of two domains.
        table: &'static str,
    },
    /// The run needs more memory than is available.
    #[error(transparent)]
    Memory(Box<MemoryError>),
    /// A network that cannot be built for images of this size.
    #[error("{player}: {source}")]
    Network {
        /// `generator` or `discriminator`.
        player: &'static str,
        /// The invalid value.
        source: ConfigError,
    },
    /// A metric or option of `[evaluation]` that the data do not admit.
    #[error("[evaluation] {0}")]
    Evaluation(#[from] MeasureError),
    /// A protocol that differs from that of the run's earlier metrics.
    #[error(
        "{metric} was measured with `{}` {} so far and would be with {} from here on; resume with the data and the [evaluation] that the run began with",
        difference.key, difference.second, difference.first
    )]
    OtherProtocol {
        /// The metric.
        metric: MetricName,
        /// The differing value: now and in the run so far.
        difference: Difference,
    },
    /// A stored best model that cannot be compared in a resumed run.
    #[error("{}: {reason}; move the file away to go on without it", path.display())]
    Best {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// An error of a model file.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// An error of a sample grid.
    #[error(transparent)]
    Samples(#[from] InferError),
    /// A file system error in the run directory.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// A run directory in use by another process.
    #[error(
        "{} is being trained on by {}; wait for it, or choose another folder with --out",
        path.display(),
        process.map_or_else(|| "another process".to_owned(), |id| format!("process {id}"))
    )]
    InUse {
        /// The run directory.
        path: PathBuf,
        /// The id of the process, if it could be read.
        process: Option<u32>,
    },
    /// A new run would overwrite an existing file.
    #[error(
        "{} is there already and is not of a run that could be resumed; move it away, or choose another folder with --out", .0.display()
    )]
    InTheWay(PathBuf),
    /// A new run in the directory of another run.
    #[error(
        "{} already holds a run; continue it with --resume or choose another folder with --out", .0.display()
    )]
    Occupied(PathBuf),
    /// A directory without a checkpoint.
    #[error("{} holds no checkpoint to resume from", .0.display())]
    NoCheckpoint(PathBuf),
    /// A damaged or inconsistent checkpoint.
    #[error("checkpoint {}: {reason}", path.display())]
    Checkpoint {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A run whose checkpoints were removed.
    #[error(
        "{} holds no checkpoint, though {} shows that there was one; restore it from a copy, or begin a new run from these weights with --from",
        checkpoints.display(), model.display()
    )]
    CheckpointLost {
        /// The folder of checkpoints.
        checkpoints: PathBuf,
        /// The model file.
        model: PathBuf,
    },
    /// A run with another recipe.
    #[error(
        "{run} is a run of the recipe `{stored}`, not of `{asked}`; resume it with `{stored}`, or with {run}/recipe.toml",
        run = run.display()
    )]
    OtherRecipe {
        /// The run directory.
        run: PathBuf,
        /// Its recipe.
        stored: String,
        /// The requested recipe.
        asked: String,
    },
    /// Changed keys that must stay constant during a run.
    #[error(
        "{} cannot go on with another recipe: {changes}; resume without the change, or begin a new run with --from {}",
        run.display(), run.display()
    )]
    Changed {
        /// The run directory.
        run: PathBuf,
        /// Every key with both values.
        changes: String,
    },
    /// Trained weights that cannot be read.
    #[error("no weights can be taken from {}: {reason}", path.display())]
    Weights {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Trained weights of an incompatible network.
    #[error("no layer of {} fits the generator; name a run of the same architecture", .0.display())]
    NothingFits(PathBuf),
    /// Data that differ from those the run began with.
    #[error(
        "the run was trained on {} (fingerprint {expected}), these are {found_images} images (fingerprint {found}); resume with the same data, go on with \
         these by --accept-data, or begin a new run from the weights with --from",
        expected_images.map_or_else(|| "other images".to_owned(), |images| format!("{images} images"))
    )]
    OtherData {
        /// Fingerprint in the checkpoint.
        expected: String,
        /// Number of images of those data, if known.
        expected_images: Option<usize>,
        /// Fingerprint of the data given.
        found: String,
        /// Number of images of the given data.
        found_images: usize,
    },
    /// A checkpoint could not be written.
    #[error(
        "no checkpoint could be written: {0}; the one before is kept, go on from it with --resume"
    )]
    NotSaved(String),
    /// A metric that is not finite.
    #[error(
        "{figure} is not finite after {images} images; {}. Try a lower \
         optimizer rate, another payoff (game.payoff=hinge), or a penalty on the discriminator",
        kept.map_or_else(
            || "no checkpoint had been taken yet".to_owned(),
            |kept| format!("the last good checkpoint, after {kept} images, is kept")
        )
    )]
    NotFinite {
        /// The metric.
        figure: String,
        /// Images seen.
        images: u64,
        /// Number of images seen at the last checkpoint, if there is one.
        kept: Option<u64>,
    },
    /// An error of burn-train.
    #[error("training stopped: {0}")]
    Stopped(String),
}

impl From<MemoryError> for TrainError {
    fn from(error: MemoryError) -> Self {
        Self::Memory(Box::new(error))
    }
}

impl TrainError {
    /// For `map_err`: a network of a player that cannot be built.
    pub fn network(player: &'static str) -> impl Fn(ConfigError) -> Self {
        move |source| Self::Network { player, source }
    }

    /// A file system error at `path`.
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }

    /// Whether the error ended a run that had begun, so that its directory reports it.
    #[must_use]
    pub fn ended_a_run(&self) -> bool {
        matches!(
            self,
            Self::NotFinite { .. } | Self::NotSaved(_) | Self::Stopped(_) | Self::Samples(_)
        )
    }
}
