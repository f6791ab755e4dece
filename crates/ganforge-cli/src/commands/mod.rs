//! One file per command.

mod arithmetic;
mod bench;
mod classify;
mod data;
mod encode;
mod encoded_data;
mod evaluate;
mod features;
mod inpaint;
mod inputs;
mod interpolate;
mod listing;
mod model_data;
mod next_command;
mod noise_seed;
mod project;
mod reconstruct;
mod sample;
mod timelapse;
mod train;
mod translate;

pub use arithmetic::arithmetic;
pub use bench::bench;
pub use classify::classify;
pub use data::{fetch, inspect};
pub use encode::encode;
pub use evaluate::evaluate;
pub use features::features;
pub use inpaint::inpaint;
pub use interpolate::interpolate;
pub use listing::{devices, recipes};
pub use project::project;
pub use reconstruct::reconstruct;
pub use sample::sample;
pub use timelapse::timelapse;
pub use train::train;
pub use translate::translate;

use std::fmt::Display;
use std::io::{ErrorKind, Write};

use ganforge_data::Skipped;
use serde::Serialize;

use crate::error::CliError;
use crate::message;

/// Prints a result to standard output. A pipe closed by its reader, such as `head`, is not an error.
fn print(text: &str) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(CliError::System(format!("standard output: {error}")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Prints one JSON object on standard output.
fn print_json(value: &impl Serialize) -> Result<(), CliError> {
    let text = serde_json::to_string(value).map_err(|error| CliError::System(error.to_string()))?;
    print(&format!("{text}\n"))
}

/// Warns of a factor above 1, which takes latents outside the distribution of training.
fn warn_of_truncation(factor: Option<f32>) {
    if let Some(factor) = factor
        && factor > 1.0
    {
        message::warning(&format!(
            "--truncation {factor} lies outside 0 to 1: latents farther from the centre than those of training give less typical images"
        ));
    }
}

/// Warnings printed one by one; further ones are only counted.
const NAMED: usize = 5;

/// Warns of files that were skipped because they cannot be read.
fn warn_of_skipped(skipped: &[Skipped]) {
    let named = skipped.iter().map(|file| format!("skipped {file}"));
    warn_of(named, |count| {
        format!("skipped {count} files in all; `ganforge data inspect` names them")
    });
}

/// Prints the first warnings and counts the rest.
fn warn_of(
    faults: impl ExactSizeIterator<Item = impl Display>,
    in_all: impl FnOnce(usize) -> String,
) {
    let count = faults.len();
    for fault in faults.take(NAMED) {
        message::warning(&fault);
    }
    if count > NAMED {
        message::warning(&in_all(count));
    }
}
