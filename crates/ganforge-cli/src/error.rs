//! Outcomes and errors of commands.

use std::process::ExitCode;

use ganforge_data::DataError;
use ganforge_eval::EvalError;
use ganforge_infer::InferError;
use ganforge_measure::MeasureError;
use ganforge_train::{RecipeError, TrainError};

/// How a command ended without an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Its work is complete.
    Finished,
    /// Stopped by the user, with a checkpoint kept.
    Interrupted,
}

/// Each error is one line: what is wrong, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    #[error(transparent)]
    Train(#[from] TrainError),
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Evaluation(#[from] EvalError),
    #[error(transparent)]
    Infer(#[from] InferError),
    #[error(transparent)]
    Device(#[from] crate::device::DeviceError),
    /// The command line requests something that does not exist or does not fit.
    #[error("{0}")]
    Usage(String),
    /// The operating system or a file failed.
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
    /// 2 for errors of the command line, 1 for failed work.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_)
            | Self::Device(_)
            | Self::Recipe(RecipeError::Unknown { .. } | RecipeError::Override(_))
            | Self::Data(DataError::UnknownDownload { .. })
            | Self::Evaluation(EvalError::Unsupported { .. })
            | Self::Infer(
                InferError::Option(_)
                | InferError::Latents { .. }
                | InferError::UnknownFormat { .. }
                | InferError::NotInpainting { .. },
            ) => ExitCode::from(2),
            Self::Recipe(_)
            | Self::Train(_)
            | Self::Data(_)
            | Self::Evaluation(_)
            | Self::Infer(_)
            | Self::System(_) => ExitCode::FAILURE,
        }
    }
}
