//! What a run leaves behind as it goes: the loop tells, a journal writes.

use crate::error::TrainError;
use crate::telemetry::Reading;

/// Told by the loop at every tick and checkpoint. Implement it to keep something else than a run directory.
pub trait Journal<G>: Send {
    /// A tick has ended. `generator` is the one a finished run would ship, in inference mode.
    ///
    /// # Errors
    /// An error ends the run, with the last checkpoint kept.
    fn tick(&mut self, reading: &Reading, generator: &G) -> Result<(), TrainError>;

    /// A checkpoint was taken after `images` real images.
    ///
    /// # Errors
    /// An error ends the run, with the last checkpoint kept.
    fn checkpoint(&mut self, images: u64, generator: &G) -> Result<(), TrainError>;

    /// No generator before was as good as this one, after `images` real images, by the metric of `evaluation.keep_best`. Told after the tick.
    ///
    /// # Errors
    /// An error ends the run, with the last checkpoint kept.
    fn best(&mut self, images: u64, generator: &G) -> Result<(), TrainError>;
}
