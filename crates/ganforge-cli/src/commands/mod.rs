//! One file per command.

mod bench;
mod data;
mod listing;
mod sample;
mod train;

pub use bench::bench;
pub use data::{fetch, inspect};
pub use listing::{devices, recipes};
pub use sample::sample;
pub use train::train;

use serde::Serialize;

use crate::error::CliError;

/// Prints one JSON object on standard output.
fn print_json(value: &impl Serialize) -> Result<(), CliError> {
    let text = serde_json::to_string(value).map_err(|error| CliError::System(error.to_string()))?;
    println!("{text}");
    Ok(())
}
