//! `ganforge bench`

use std::fmt::Display;

use ganforge_core::printable;
use ganforge_train::recipe::{ForSystem, RecipeSource, for_system};
use ganforge_train::{Recipe, System};
use serde::Serialize;

use super::{print, print_json, warn_of};
use crate::arguments::BenchArguments;
use crate::error::{CliError, Done};

/// Times a recipe's training step, or its generator.
pub fn bench(arguments: &BenchArguments) -> Result<Done, CliError> {
    let source = RecipeSource::find(&arguments.recipe)?;
    let system = source.system(&arguments.set)?;
    for_system(&system, Bench { arguments, source })?
}

struct Bench<'a> {
    arguments: &'a BenchArguments,
    source: RecipeSource,
}

impl ForSystem for Bench<'_> {
    type Output = Result<Done, CliError>;

    fn run<S: System>(self) -> Self::Output {
        let Self { arguments, source } = self;
        let recipe: Recipe<S> = Recipe::from_source(&source, &arguments.set)?;
        warn_of(recipe.warnings().iter(), |count| {
            format!("{count} values of the recipe train nothing")
        });
        let (name, device) = arguments.device.open()?;
        if arguments.sample {
            let report =
                ganforge_train::bench::bench_sampling(&recipe, &device, &name, arguments.steps)?;
            show(&report, arguments.json)
        } else {
            let report = ganforge_train::bench::bench(&recipe, &device, &name, arguments.steps)?;
            show(&report, arguments.json)
        }
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
