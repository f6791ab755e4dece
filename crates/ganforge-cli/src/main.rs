//! The command line: the only crate with backends, terminals and exit codes.
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod arguments;
mod choices;
mod commands;
mod concepts;
mod dashboard;
mod device;
mod error;
mod film;
mod format;
mod message;
mod renderer;
mod report;
mod runs;
mod shell;
mod signals;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use ganforge_core::printable;

use arguments::{Arguments, Command, DataCommand};
use error::{CliError, Done};

/// Keeps the pages of freed tensors for the next step. The system's allocator returns large blocks to the kernel, and faulting them in
/// again costs as much as some kernels.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return wrong_usage(&error),
    };
    match run(arguments.command) {
        Ok(Done::Finished) => ExitCode::SUCCESS,
        Ok(Done::Interrupted) => ExitCode::from(130),
        Err(error) => {
            message::error(&error);
            error.exit_code()
        }
    }
}

/// Exit status 2. An invalid value is reported in one line; other errors are printed with clap's usage text.
fn wrong_usage(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::ValueValidation | ErrorKind::InvalidValue => {
            let text = error.to_string();
            let complaint = text
                .lines()
                .map(str::trim)
                .take_while(|line| !line.is_empty());
            message::note(&complaint.collect::<Vec<_>>().join(" "));
            ExitCode::from(2)
        }
        _ => {
            let is_plain = |argument: OsString| {
                let text = argument.to_string_lossy();
                printable(&text) == text
            };
            // clap prints in colour, but repeats arguments verbatim, control sequences included.
            if !error.use_stderr() || std::env::args_os().all(is_plain) {
                let _ = error.print();
                return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
            }
            for line in error.to_string().lines() {
                message::note(&line);
            }
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> Result<Done, CliError> {
    match command {
        Command::Train(options) => commands::train(&options),
        Command::Sample(options) => commands::sample(&options),
        Command::Arithmetic(options) => commands::arithmetic(&options),
        Command::Interpolate(options) => commands::interpolate(&options),
        Command::Project(options) => commands::project(&options),
        Command::Timelapse(options) => commands::timelapse(&options),
        Command::Evaluate(options) => commands::evaluate(&options),
        Command::Encode(options) => commands::encode(&options),
        Command::Reconstruct(options) => commands::reconstruct(&options),
        Command::Inpaint(options) => commands::inpaint(&options),
        Command::Classify(options) => commands::classify(&options),
        Command::Features(options) => commands::features(&options),
        Command::Translate(options) => commands::translate(&options),
        Command::Bench(options) => commands::bench(&options),
        Command::Recipes { name } => commands::recipes(name.as_deref()),
        Command::Devices { json } => commands::devices(json),
        Command::Data(DataCommand::Inspect(options)) => commands::inspect(&options),
        Command::Data(DataCommand::Fetch { name }) => commands::fetch(&name),
    }
}
