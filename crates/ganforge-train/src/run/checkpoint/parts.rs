//! The three checkpointers for burn-train, which store their records in one [`CheckpointFolder`].

use burn::optim::OptimizerRecord;
use burn::optim::lr_scheduler::LrSchedulerRecord;
use burn::store::ModuleRecord;
use burn::tensor::Bytes;
use burn::train::checkpoint::{Checkpoint as Record, Checkpointer, CheckpointerError};

use super::{Checkpoint, CheckpointFolder};
use crate::error::TrainError;

/// Weights of both players and of the average.
pub struct ModelPart(pub CheckpointFolder);

/// Moments of both optimizers.
pub struct OptimizerPart(pub CheckpointFolder);

/// Positions of both schedules.
pub struct SchedulerPart(pub CheckpointFolder);

macro_rules! part {
    ($part:ident, $record:ident, $file:literal) => {
        impl $part {
            /// Its file name.
            pub const FILE: &str = $file;
        }

        impl Checkpointer<$record> for $part {
            fn save(&self, step: usize, record: $record) -> Result<(), CheckpointerError> {
                save(&self.0, step as u64, Self::FILE, record)
            }

            fn restore(&self, _step: usize) -> Result<$record, CheckpointerError> {
                let unknown = |error: TrainError| CheckpointerError::Unknown(error.to_string());
                let found = self.0.find().map_err(unknown)?;
                let missing = || TrainError::NoCheckpoint(self.0.path().to_owned());
                let found = found.ok_or_else(missing).map_err(unknown)?;
                restore(&found.checkpoint, Self::FILE).map_err(unknown)
            }

            fn delete(&self, _step: usize) -> Result<(), CheckpointerError> {
                // The folder removes files that the manifest no longer lists.
                Ok(())
            }
        }
    };
}

part!(ModelPart, ModuleRecord, "model.bpk");
part!(OptimizerPart, OptimizerRecord, "optimizer.bpk");
part!(SchedulerPart, LrSchedulerRecord, "scheduler.bpk");

fn save<R: Record>(
    folder: &CheckpointFolder,
    step: u64,
    file: &str,
    record: R,
) -> Result<(), CheckpointerError> {
    let bytes = record
        .checkpoint_into_bytes()
        .map_err(CheckpointerError::Record)?;
    folder
        .put(step, file, bytes.to_vec())
        .map_err(|error| CheckpointerError::Unknown(error.to_string()))
}

/// Reads one record of a checkpoint.
///
/// # Errors
/// If the file is missing, changed, or not such a record.
pub fn restore<R: Record>(checkpoint: &Checkpoint, file: &str) -> Result<R, TrainError> {
    let bytes = Bytes::from_bytes_vec(checkpoint.read(file)?);
    R::checkpoint_from_bytes(bytes).map_err(|error| TrainError::Checkpoint {
        path: checkpoint.folder.join(file),
        reason: format!("it was written by another version ({error})"),
    })
}
