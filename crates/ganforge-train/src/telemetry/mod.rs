//! What a step reports: tensors on the device while the run goes on, read back once a tick.

mod journal;
mod reading;
mod totals;

pub use journal::Journal;
pub use reading::Reading;
pub use totals::{SavedTotals, Totals};
