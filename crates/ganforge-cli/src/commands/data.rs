//! `ganforge data inspect` and `ganforge data fetch`

use ganforge_core::printable;
use ganforge_data::inspect::inspect as examine;
use ganforge_data::{DataOptions, FetchProgress, cache_dir};
use ganforge_train::experiment::Experiment;
use ganforge_train::recipe::RecipeSource;
use indicatif::{ProgressBar, ProgressStyle};

use super::{print, print_json};
use crate::arguments::InspectArguments;
use crate::error::{CliError, Done};

/// Examines a dataset.
pub fn inspect(arguments: &InspectArguments) -> Result<Done, CliError> {
    let options = match &arguments.recipe {
        Some(recipe) => {
            let source = RecipeSource::find(recipe)?;
            Experiment::parse(&source, &arguments.set)?.data.options()
        }
        None => DataOptions::default(),
    };
    let inspection = examine(&arguments.data, &options)?;
    if arguments.json {
        print_json(&inspection)?;
    } else {
        print(&inspection.to_string())?;
    }
    Ok(Done::Finished)
}

/// Downloads a public dataset, or the weights of a network, into the cache folder.
pub fn fetch(name: &str) -> Result<Done, CliError> {
    let style = ProgressStyle::with_template(
        "{msg:32} {bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta} left",
    )
    .map_err(|error| CliError::System(error.to_string()))?;
    let bar = ProgressBar::new(0).with_style(style);
    let show = |progress: FetchProgress<'_>| {
        bar.set_message(format!(
            "{} ({} of {})",
            progress.file,
            progress.index + 1,
            progress.files
        ));
        bar.set_length(progress.total.unwrap_or(progress.done));
        bar.set_position(progress.done);
    };
    let folder = ganforge_data::fetch(name, None, &cache_dir(), &mut { show })?;
    bar.finish_and_clear();
    let folder = folder.display().to_string();
    print(&format!("{name} is in {}\n", printable(&folder)))?;
    Ok(Done::Finished)
}
