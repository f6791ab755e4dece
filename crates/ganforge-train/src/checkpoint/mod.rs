//! Checkpoints that a kill at any moment, or a full disk, cannot spoil.
//!
//! ```text
//! checkpoint/
//!   manifest.json        names the folder that counts, and the position in the run
//!   step-000000512/      model, optimizer and scheduler, as burnpack files
//! ```
//!
//! A checkpoint is written into a folder of its own and flushed to the disk; only then is the manifest renamed
//! over the old one, and only then is the old folder removed. Whatever happens in between, the manifest names a
//! folder that is complete.

mod folder;
mod parts;

pub use folder::{CheckpointFolder, Manifest};
pub use parts::{ModelPart, OptimizerPart, SchedulerPart, restore};
