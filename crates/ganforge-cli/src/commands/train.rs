//! `ganforge train`

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use burn::train::Interrupter;
use burn::train::renderer::MetricsRenderer;
use burn::train::renderer::tui::TuiMetricsRendererWrapper;
use ganforge_data::Dataset;
use ganforge_train::{Override, Recipe, RunDirectory, TrainError, TrainOptions};

use super::{warn_of, warn_of_skipped};
use crate::arguments::{Dashboard, TrainArguments};
use crate::error::{CliError, Done};
use crate::log_renderer::LogRenderer;
use crate::report;
use crate::terminal::let_interrupts_through;

/// Where runs go that were given no folder.
const RUNS: &str = "runs";

/// Trains by a recipe and leaves a run directory.
pub fn train(arguments: &TrainArguments) -> Result<Done, CliError> {
    let out = run_directory(arguments)?;
    let recipe = recipe(arguments, &out)?;
    let (device_name, device) = arguments.device.open()?;
    let dataset = Dataset::open(&recipe.data.source, &recipe.data.options())?;
    let show = show(arguments.dashboard);
    if show != Dashboard::None {
        say(&format!(
            "{}: {} images {} of {}, {} on {device_name}, into {}",
            recipe.name,
            dataset.len(),
            dataset.shape(),
            recipe.data.source,
            recipe.title,
            out.display()
        ));
    }
    warn_of_skipped(dataset.skipped());
    let interrupter = Interrupter::new();
    stop_on_signal(&interrupter)?;
    let first = if arguments.resume {
        let checkpoint = RunDirectory::new(&out).checkpoints().manifest()?;
        checkpoint.map_or(0, |at| at.images)
    } else {
        0
    };
    let outcome = ganforge_train::train(
        &recipe,
        &dataset,
        &device,
        TrainOptions {
            out: out.clone(),
            resume: arguments.resume,
            renderer: Some(renderer(show, &interrupter, first)),
            interrupter,
            log: true,
        },
    )?;
    warn_of_missing_figures(&outcome.warnings);
    report::write(&out);
    if show != Dashboard::None {
        let model = outcome.model.display();
        if outcome.interrupted {
            say(&format!(
                "interrupted after {} images; go on with --resume --out {}",
                outcome.images,
                out.display()
            ));
        } else {
            say(&format!(
                "done: {model}; draw from it with `ganforge sample {model} -o samples.png`"
            ));
        }
    }
    Ok(if outcome.interrupted {
        Done::Interrupted
    } else {
        Done::Finished
    })
}

fn warn_of_missing_figures(missing: &[String]) {
    warn_of(missing.iter(), |count| {
        format!("{count} figures are missing in all; experiment.log names them")
    });
}

/// The recipe asked for; a resumed run's own, where it is resumed. Flags count as overrides.
fn recipe(arguments: &TrainArguments, out: &Path) -> Result<Recipe, CliError> {
    let mut overrides = arguments.set.clone();
    if let Some(data) = &arguments.data {
        overrides.push(Override::new("data.source", data.to_string()));
    }
    let whole = |key: &str, value: u64| {
        i64::try_from(value)
            .map(|value| Override::new(key, value))
            .map_err(|_| CliError::Usage(format!("`{key}` is {value}, allowed: below 2^63")))
    };
    if let Some(images) = arguments.images {
        overrides.push(whole("run.images", images)?);
    }
    if let Some(seed) = arguments.seed {
        overrides.push(whole("run.seed", seed)?);
    }
    let stored = RunDirectory::new(out).recipe();
    if arguments.resume && stored.is_file() {
        let text = std::fs::read_to_string(&stored)
            .map_err(|error| CliError::System(format!("{}: {error}", stored.display())))?;
        return Ok(Recipe::from_toml(&arguments.recipe, &text, &overrides)?);
    }
    Ok(Recipe::load(&arguments.recipe, &overrides)?)
}

fn run_directory(arguments: &TrainArguments) -> Result<PathBuf, CliError> {
    if let Some(out) = &arguments.out {
        return Ok(out.clone());
    }
    let name = Path::new(&arguments.recipe).file_stem().map_or_else(
        || arguments.recipe.clone(),
        |stem| stem.to_string_lossy().into_owned(),
    );
    if arguments.resume {
        return latest_run(&name)
            .ok_or_else(|| TrainError::NoCheckpoint(Path::new(RUNS).join(name)).into());
    }
    let now = time::UtcDateTime::now();
    let stamp = format!(
        "{:04}{:02}{:02}-{:02}{:02}{:02}",
        now.year(),
        u8::from(now.month()),
        now.day(),
        now.hour(),
        now.minute(),
        now.second()
    );
    Ok(Path::new(RUNS).join(format!("{name}-{stamp}")))
}

/// The latest `runs/<recipe>-<time>`: times sort as text.
fn latest_run(recipe: &str) -> Option<PathBuf> {
    let runs = std::fs::read_dir(RUNS).ok()?;
    let is_time = |rest: &str| rest.chars().all(|c| c.is_ascii_digit() || c == '-');
    let mut names: Vec<String> = runs
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| {
            let rest = name
                .strip_prefix(recipe)
                .and_then(|rest| rest.strip_prefix('-'));
            rest.is_some_and(is_time)
        })
        .collect();
    names.sort();
    names.pop().map(|name| Path::new(RUNS).join(name))
}

/// What `auto` means here.
fn show(dashboard: Dashboard) -> Dashboard {
    match dashboard {
        Dashboard::Auto if std::io::stdout().is_terminal() => Dashboard::Tui,
        Dashboard::Auto => Dashboard::Log,
        chosen => chosen,
    }
}

fn renderer(show: Dashboard, interrupter: &Interrupter, first: u64) -> Box<dyn MetricsRenderer> {
    match show {
        Dashboard::Tui | Dashboard::Auto => {
            let dashboard = TuiMetricsRendererWrapper::new(interrupter.clone(), None);
            let_interrupts_through();
            Box::new(dashboard)
        }
        Dashboard::Log => Box::new(LogRenderer::new(first)),
        Dashboard::None => Box::new(LogRenderer::silent()),
    }
}

/// The first signal ends the run after its step, a second one at once.
fn stop_on_signal(interrupter: &Interrupter) -> Result<(), CliError> {
    let interrupter = interrupter.clone();
    ctrlc::set_handler(move || {
        if interrupter.should_stop() {
            std::process::exit(130);
        }
        interrupter.stop(Some("interrupted"));
    })
    .map_err(|error| CliError::System(error.to_string()))
}

fn say(line: &str) {
    // Whoever reads the pipe may have gone.
    let _ = writeln!(std::io::stdout(), "{line}");
}
