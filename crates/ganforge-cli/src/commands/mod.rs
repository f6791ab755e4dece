//! One file per command.

mod bench;
mod data;
mod evaluate;
mod listing;
mod sample;
mod train;

pub use bench::bench;
pub use data::{fetch, inspect};
pub use evaluate::{evaluate, number};
pub use listing::{devices, recipes};
pub use sample::sample;
pub use train::train;

use std::io::{ErrorKind, Write};

use serde::Serialize;

use crate::error::CliError;

/// Writes a result on standard output. Whoever reads it through a pipe may have seen enough, as `head` has.
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
