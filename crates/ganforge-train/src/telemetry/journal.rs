//! The interface between the training loop and what it writes: metrics, samples, models.

use std::collections::BTreeMap;

use crate::error::TrainError;
use crate::telemetry::Reading;

/// Receives the readings of a run, and the networks `N` that it would ship. Implement it to store something other than a run
/// directory.
pub trait Journal<N>: Send {
    /// Called after each tick. `shipped` are the networks that a finished run ships, in inference mode.
    ///
    /// # Errors
    /// An error ends the run; the last checkpoint is kept.
    fn tick(&mut self, reading: &Reading, shipped: &N) -> Result<(), TrainError>;

    /// Called for a checkpoint after `images` real images. Returns the files to store in the checkpoint beside the state of training, by name;
    /// `model.safetensors` becomes the run's model file once the checkpoint is on disk.
    ///
    /// # Errors
    /// An error ends the run; the last checkpoint is kept.
    fn checkpoint(
        &mut self,
        images: u64,
        shipped: &N,
    ) -> Result<BTreeMap<String, Vec<u8>>, TrainError>;

    /// Called after the tick if the networks are the best so far by the metric of `evaluation.keep_best`, after `images` real images.
    ///
    /// # Errors
    /// An error ends the run; the last checkpoint is kept.
    fn best(&mut self, images: u64, shipped: &N) -> Result<(), TrainError>;
}
