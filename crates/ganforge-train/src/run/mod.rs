//! A run on disk: one directory, in which one process trains, and from which only files of this program are removed.
//!
//! [`RunDirectory`] defines the paths, [`RunJournal`] writes metrics and models, [`checkpoint`] stores the state of training, [`StoredRun`] opens a
//! run for resuming, and `changes` defines the keys of its recipe that may differ then.

mod changes;
pub mod checkpoint;
mod directory;
mod initial_weights;
mod journal;
mod lock;
mod metrics;
mod rewind;
mod stored;

pub use changes::Change;
pub use directory::{RecipeText, RunDirectory};
pub use initial_weights::InitialWeights;
pub use journal::RunJournal;
pub use lock::RunLock;
pub use stored::StoredRun;
