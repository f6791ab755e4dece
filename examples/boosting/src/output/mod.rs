//! The run directory: `settings.toml`, `metrics.jsonl`, `samples/`, `model.json` and `report.html`.

mod chart;
mod report;
mod run;

pub use report::Report;
pub use run::{Error, Metrics, RunFolder};
