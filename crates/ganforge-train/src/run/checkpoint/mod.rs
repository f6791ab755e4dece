//! Checkpoints that survive a kill at any moment and a full disk.
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
//! A checkpoint is written into a folder of its own under a temporary name; its files are flushed, the folder is renamed and flushed, and only then
//! is the manifest replaced by a rename. So at every moment the manifest names a complete folder. If the manifest is lost, it is recovered from the
//! folders. Older checkpoints are removed last, and only files that a manifest lists as written by this program.

mod folder;
mod manifest;
mod parts;
mod step_folder;

pub use folder::{CheckpointFolder, Found};
pub use manifest::{DataChange, Manifest};
pub use parts::{ModelPart, OptimizerPart, SchedulerPart, restore};
pub use step_folder::{Checkpoint, MODEL_FILE, RECIPE_FILE};
