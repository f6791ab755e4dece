//! How a command ends.

use std::process::ExitCode;

use ganforge_data::DataError;
use ganforge_eval::EvaluationError;
use ganforge_infer::InferError;
use ganforge_measure::MeasureError;
use ganforge_train::{RecipeError, TrainError};

/// A command that has done what it was asked to, or what it could before it was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// All of it.
    Finished,
    /// Stopped by the user, with a checkpoint kept.
    Interrupted,
}

/// One line: what, where, what to do.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    #[error(transparent)]
    Train(#[from] TrainError),
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
    #[error(transparent)]
    Infer(#[from] InferError),
    #[error(transparent)]
    Device(#[from] crate::device::DeviceError),
    /// Asked for something that is not there.
    #[error("{0}")]
    Usage(String),
    /// Anything else the system refused.
    #[error("{0}")]
    System(String),
}

impl From<MeasureError> for CliError {
    fn from(error: MeasureError) -> Self {
        match error {
            MeasureError::Data(error) => Self::Data(error),
            MeasureError::Evaluation(error) => Self::Evaluation(error),
            MeasureError::Sample(error) => Self::Infer(error),
            // The other errors are about options that do not fit the data.
            other => Self::Usage(other.to_string()),
        }
    }
}

impl CliError {
    /// 2 where the command line asked for something that cannot be, 1 where the work failed.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_)
            | Self::Device(_)
            | Self::Recipe(RecipeError::Unknown { .. } | RecipeError::Override(_))
            | Self::Data(DataError::UnknownDownload { .. })
            | Self::Evaluation(EvaluationError::NotHere { .. })
            | Self::Infer(InferError::Option(_) | InferError::UnknownFormat { .. }) => {
                ExitCode::from(2)
            }
            Self::Recipe(_)
            | Self::Train(_)
            | Self::Data(_)
            | Self::Evaluation(_)
            | Self::Infer(_)
            | Self::System(_) => ExitCode::FAILURE,
        }
    }
}
