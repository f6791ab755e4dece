//! Checkpoints that a kill at any moment, or a full disk, cannot spoil.
//!
//! ```text
//! checkpoint/
//!   manifest.json          names the folder that counts, and the position in the run
//!   step-000000512/        one checkpoint, complete in itself
//!     manifest.json        the same, as it was then, with a digest of every file
//!     model.bpk            weights of both players and of the average
//!     optimizer.bpk        moments of both optimizers
//!     scheduler.bpk        positions of both schedules
//!     model.safetensors    the generator that would be shipped
//!     recipe.toml          the resolved recipe
//! ```
//!
//! A checkpoint is written into a folder of its own under a temporary name; its files are flushed to the disk, the folder takes its name and is flushed, and
//! only then is the manifest renamed over the old one. Whatever happens in between, the manifest names a folder that is complete. Should the manifest be
//! lost, the folders tell the same. Only then, too, are older checkpoints removed, and of these only the files that a manifest says were written here.

mod folder;
mod manifest;
mod parts;
mod step_folder;

pub use folder::{CheckpointFolder, Found};
pub use manifest::{DataChange, Manifest};
pub use parts::{ModelPart, OptimizerPart, SchedulerPart, restore};
pub use step_folder::{Checkpoint, MODEL_FILE, RECIPE_FILE};
