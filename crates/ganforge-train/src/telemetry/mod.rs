//! Values that steps report: accumulated on the device, read back once per tick.

mod journal;
mod reading;
mod totals;

pub use journal::Journal;
pub use reading::Reading;
pub use totals::{SavedTotals, Totals};
