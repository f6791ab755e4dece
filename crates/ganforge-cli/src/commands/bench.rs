//! `ganforge bench`

use std::fmt::Display;

use ganforge_core::printable;
use ganforge_train::Recipe;
use serde::Serialize;

use super::{print, print_json, warn_of};
use crate::arguments::BenchArguments;
use crate::error::{CliError, Done};

/// Times a recipe's training step, or its generator.
pub fn bench(arguments: &BenchArguments) -> Result<Done, CliError> {
    let recipe = Recipe::load(&arguments.recipe, &arguments.set)?;
    warn_of(recipe.warnings().iter(), |count| {
        format!("{count} values of the recipe train nothing")
    });
    let (name, device) = arguments.device.open()?;
    if arguments.sample {
        let report = ganforge_train::bench_sampling(&recipe, &device, &name, arguments.steps)?;
        show(&report, arguments.json)
    } else {
        let report = ganforge_train::bench(&recipe, &device, &name, arguments.steps)?;
        show(&report, arguments.json)
    }
}

fn show(report: &(impl Display + Serialize), json: bool) -> Result<Done, CliError> {
    if json {
        print_json(report)?;
    } else {
        let report = report.to_string();
        print(&format!("{}\n", printable(&report)))?;
    }
    Ok(Done::Finished)
}
