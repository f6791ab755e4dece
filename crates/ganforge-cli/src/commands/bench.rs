//! `ganforge bench`

use ganforge_train::Recipe;

use super::{print, print_json};
use crate::arguments::BenchArguments;
use crate::error::{CliError, Done};

/// Times a recipe's training step.
pub fn bench(arguments: &BenchArguments) -> Result<Done, CliError> {
    let recipe = Recipe::load(&arguments.recipe, &arguments.set)?;
    let (name, device) = arguments.device.open()?;
    let report = ganforge_train::bench(&recipe, &device, &name, arguments.steps)?;
    if arguments.json {
        print_json(&report)?;
    } else {
        print(&format!(
            "{} on {}: {:.1} ms a step (median of {}, shortest {:.1}), {:.0} images/s, {} parameters\n",
            report.recipe,
            report.device,
            report.step_ms_median,
            report.steps,
            report.step_ms_min,
            report.images_per_second,
            report.parameters,
        ))?;
    }
    Ok(Done::Finished)
}
