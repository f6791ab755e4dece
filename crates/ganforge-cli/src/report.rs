//! `report.html`: a run on one page, for whoever asks how it went and whether to go on.
//!
//! The page is made from the run directory alone, so that a resumed run tells all of its sessions. It needs no
//! script and asks nothing of any server: charts are inline SVG. Sample grids stay the files they are, behind
//! relative links: the page lies in their folder and is moved with it, a grid of large images takes megabytes that
//! base64 would make a third larger, and a click on one opens it at full size.

mod chart;
mod curves;
mod figures;
mod html;
mod page;
mod run;

use std::path::Path;

use ganforge_core::atomic_write;
use ganforge_train::{RunDirectory, TrainError};

use crate::error::CliError;
use crate::message;
use run::Run;

/// Writes `report.html` into the run directory `out`.
///
/// A report is no part of what was trained: one that cannot be written costs a line on standard error, not the run.
pub fn write(out: &Path) {
    if let Err(error) = try_write(&RunDirectory::new(out)) {
        message::warning(&format!("no report was written: {error}"));
    }
}

/// Writes `report.html` of a run that had to stop, where that can be done: the reason it stopped is what the user is told.
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
#[path = "report/tests.rs"]
mod tests;
