//! The command line: the only place that names backends, screens and exit codes.

mod arguments;
mod commands;
mod device;
mod error;
mod log_renderer;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command, DataCommand};
use error::{CliError, Done};

fn main() -> ExitCode {
    // A wrong argument ends here, with status 2.
    let arguments = Arguments::parse();
    match run(arguments.command) {
        Ok(Done::Finished) => ExitCode::SUCCESS,
        Ok(Done::Interrupted) => ExitCode::from(130),
        Err(error) => {
            eprintln!("error: {error}");
            error.exit_code()
        }
    }
}

fn run(command: Command) -> Result<Done, CliError> {
    match command {
        Command::Train(options) => commands::train(&options),
        Command::Sample(options) => commands::sample(&options),
        Command::Bench(options) => commands::bench(&options),
        Command::Recipes { name } => commands::recipes(name.as_deref()),
        Command::Devices { json } => commands::devices(json),
        Command::Data(DataCommand::Inspect(options)) => commands::inspect(&options),
        Command::Data(DataCommand::Fetch { name }) => commands::fetch(&name),
    }
}
