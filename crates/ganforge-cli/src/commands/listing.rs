//! `ganforge recipes` and `ganforge devices`

use ganforge_core::printable;
use ganforge_train::experiment::Experiment;
use ganforge_train::recipe::{RecipeSource, builtin, builtin_names};
use serde_json::json;

use super::{print, print_json};
use crate::device::{Backend, found};
use crate::error::{CliError, Done};

/// Lists the built-in recipes, or prints one.
pub fn recipes(name: Option<&str>) -> Result<Done, CliError> {
    if let Some(name) = name {
        let text = builtin(name).ok_or_else(|| {
            let known = builtin_names().collect::<Vec<_>>().join(", ");
            CliError::Usage(format!(
                "no built-in recipe is called `{name}`; there are {known}"
            ))
        })?;
        print(text)?;
    } else {
        let width = builtin_names().map(str::len).max().unwrap_or(0);
        for name in builtin_names() {
            let title = Experiment::parse(&RecipeSource::find(name)?, &[])?.title;
            print(&format!("{name:<width$}  {title}\n"))?;
        }
    }
    Ok(Done::Finished)
}

/// Lists compiled backends and the devices they find.
pub fn devices(json: bool) -> Result<Done, CliError> {
    let found = found();
    let (compiled, missing): (Vec<_>, Vec<_>) = Backend::ALL
        .into_iter()
        .partition(|backend| backend.is_compiled());
    if json {
        print_json(&json!({
            "devices": found,
            "compiled": compiled,
            "not_compiled": missing,
        }))?;
        return Ok(Done::Finished);
    }
    for device in &found {
        let note = if device.software {
            " (software: not taken by auto)"
        } else {
            ""
        };
        print(&format!(
            "{:<10} {}{note}\n",
            device.spec,
            printable(&device.name)
        ))?;
    }
    let without_device = compiled
        .iter()
        .filter(|&&backend| found.iter().all(|device| device.backend != backend));
    for backend in without_device {
        let name = backend.name();
        print(&format!("{name:<10} compiled in, finds no device\n"))?;
    }
    let names: Vec<_> = missing.iter().map(|backend| backend.name()).collect();
    if !names.is_empty() {
        let names = names.join(", ");
        print(&format!(
            "not compiled in: {names} (each is a Cargo feature)\n"
        ))?;
    }
    Ok(Done::Finished)
}
