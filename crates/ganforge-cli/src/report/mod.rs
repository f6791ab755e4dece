//! `report.html`: one page about a run, with its samples, charts and recipe.
//!
//! The page is made from the run directory alone, so it covers all sessions of a resumed run. It has no script and loads nothing
//! from a server: charts are inline SVG. Sample grids are linked by relative paths rather than embedded: the page moves with its
//! folder, base64 would add a third to files of megabytes, and a click opens a grid at full size.

mod captioned_chart;
mod chart;
mod charts;
mod evaluation;
mod html;
mod metrics;
mod of_system;
mod page;
mod run;
mod terms;
mod training;

use std::path::Path;

use ganforge_core::atomic_write;
use ganforge_train::TrainError;
use ganforge_train::run::RunDirectory;

use crate::error::CliError;
use crate::message;
use run::Run;

/// Writes `report.html` into the run directory `out`. Where that fails, prints a warning: the run itself has succeeded.
pub fn write(out: &Path) {
    if let Err(error) = try_write(&RunDirectory::new(out)) {
        message::warning(&format!("no report was written: {error}"));
    }
}

/// Writes `report.html` of a run that failed. An error is ignored: the reason of the failure is reported instead.
pub fn write_if_possible(out: &Path) {
    let _ = try_write(&RunDirectory::new(out));
}

fn try_write(directory: &RunDirectory) -> Result<(), CliError> {
    let run = Run::read(directory)?;
    let page = page::page(&run)?;
    let path = directory.report();
    let written = atomic_write(&path, page.as_bytes());
    Ok(written.map_err(|source| TrainError::Io { path, source })?)
}

#[cfg(test)]
mod tests;
