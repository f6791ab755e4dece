//! What a run leaves behind as it goes: the loop tells, a journal writes.

use std::collections::BTreeMap;

use crate::error::TrainError;
use crate::telemetry::Reading;

/// Told by the loop at every tick and checkpoint. Implement it to keep something else than a run directory.
pub trait Journal<G>: Send {
    /// A tick has ended. `generator` is the one a finished run would ship, in inference mode.
    ///
    /// # Errors
    /// An error ends the run, with the last checkpoint kept.
    fn tick(&mut self, reading: &Reading, generator: &G) -> Result<(), TrainError>;

    /// A checkpoint is taken after `images` real images. Returns the files that belong into it beside the state of training, by name: what `model.safetensors`
    /// holds becomes the run's model file once the checkpoint is on the disk.
    ///
    /// # Errors
    /// An error ends the run, with the last checkpoint kept.
    fn checkpoint(
        &mut self,
        images: u64,
        generator: &G,
    ) -> Result<BTreeMap<String, Vec<u8>>, TrainError>;

    /// No generator before was as good as this one, after `images` real images, by the metric of `evaluation.keep_best`. Told after the tick.
    ///
    /// # Errors
    /// An error ends the run, with the last checkpoint kept.
    fn best(&mut self, images: u64, generator: &G) -> Result<(), TrainError>;
}
