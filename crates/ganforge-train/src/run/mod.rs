//! A run on the disk: one directory, one process that trains in it, and nothing removed that this program did not write.
//!
//! [`RunDirectory`] knows the paths, [`RunJournal`] writes what training reports, [`checkpoint`] keeps what a run goes on from, [`StoredRun`] opens a run
//! to go on with, and `changes` says which keys of its recipe may differ then.

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
