//! `ganforge train`

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use burn::train::Interrupter;
use ganforge_data::Dataset;
use ganforge_train::run::Change;
use ganforge_train::{
    Beginning, InitialWeights, Outcome, Override, Recipe, RecipeSource, RunDirectory, StoredRun,
    TrainError, TrainOptions, check_memory,
};

use super::{warn_of, warn_of_skipped};
use crate::arguments::TrainArguments;
use crate::dashboard::RunDisplay;
use crate::error::{CliError, Done};
use crate::message::{self, say};
use crate::report;
use crate::runs::{RUNS, ReservedRun, newest, run_or_model};
use crate::shell;
use crate::signals::stop_on_signal;

/// Trains a recipe and writes a run directory.
pub fn train(arguments: &TrainArguments) -> Result<Done, CliError> {
    let display = RunDisplay::choose(arguments.dashboard)?;
    let overrides = overrides(arguments)?;
    let Prepared {
        out,
        mut recipe,
        beginning,
        source,
        changes,
        reserved,
    } = prepare(arguments, &overrides)?;
    let (device_name, device) = arguments.device.open()?;
    // Before the data are loaded, which may be too large themselves.
    check_memory(&recipe, None, &device).map_err(TrainError::from)?;
    let dataset = Dataset::open(&recipe.data.source, &recipe.data.options())?;
    if display != RunDisplay::Silent {
        say(&format!(
            "{}: {} images {} of {}, {} on {device_name}, into {}",
            recipe.name,
            dataset.len(),
            dataset.shape(),
            recipe.data.source,
            recipe.title,
            out.display()
        ));
        for change in changes {
            say(&format!("changed: {change}"));
        }
    }
    // Absolute, so that the run can be resumed from any folder.
    recipe.data.source = recipe.data.source.absolute();
    warn_of_skipped(dataset.skipped());
    let interrupter = Interrupter::new();
    stop_on_signal(&interrupter)?;
    let first = match &beginning {
        Beginning::Resume(run) => run.images(),
        Beginning::New | Beginning::Weights(_) => 0,
    };
    let options = TrainOptions {
        beginning,
        source,
        accept_data: arguments.accept_data,
        renderer: Some(Box::new({
            let interrupter = interrupter.clone();
            let title = format!("{}  {}", recipe.name, recipe.title);
            move || display.renderer(title, first, &interrupter)
        })),
        warn: Box::new(|warning| message::warning(&warning)),
        interrupter,
        ..TrainOptions::new(&out)
    };
    let outcome = ganforge_train::train(&recipe, &dataset, &device, options);
    drop(reserved);
    let outcome = outcome.inspect_err(|error| {
        if error.ended_a_run() {
            report::write_if_possible(&out);
        }
    })?;
    warn_of_missing_figures(&outcome.warnings);
    report::write(&out);
    if display != RunDisplay::Silent {
        say(&ending(&outcome, &arguments.recipe, &out));
    }
    Ok(if outcome.interrupted {
        Done::Interrupted
    } else {
        Done::Finished
    })
}

/// How the run ended, and the command to run next.
fn ending(outcome: &Outcome, recipe: &str, out: &Path) -> String {
    let [resume, to] = ["--resume", "--out"].map(OsStr::new);
    if outcome.interrupted {
        let words = [
            OsStr::new("train"),
            OsStr::new(recipe),
            resume,
            to,
            out.as_os_str(),
        ];
        let command = shell::command(words);
        return format!(
            "interrupted after {} images; resume with: {command}",
            outcome.images
        );
    }
    let [output, file] = ["-o", "samples.png"].map(OsStr::new);
    let words = [
        OsStr::new("sample"),
        outcome.model.as_os_str(),
        output,
        file,
    ];
    let command = shell::command(words);
    format!(
        "done: {}; draw from it with: {command}",
        outcome.model.display()
    )
}

/// Everything that is known before the data are opened.
struct Prepared {
    out: PathBuf,
    recipe: Recipe,
    beginning: Beginning,
    source: Option<String>,
    /// Keys that changed since the run was last trained.
    changes: Vec<Change>,
    /// The folder that was created for this run.
    reserved: Option<ReservedRun>,
}

fn prepare(arguments: &TrainArguments, overrides: &[Override]) -> Result<Prepared, CliError> {
    if arguments.resume || arguments.resume_from.is_some() {
        return prepare_to_resume(arguments, overrides);
    }
    if arguments.accept_data {
        return Err(CliError::Usage(
            "--accept-data applies to a run that is resumed: add --resume".to_owned(),
        ));
    }
    let source = RecipeSource::find(&arguments.recipe)?;
    let recipe = Recipe::from_source(&source, overrides)?;
    let beginning = match &arguments.from {
        Some(from) => Beginning::Weights(InitialWeights::new(run_or_model(from)?)),
        None => Beginning::New,
    };
    let reserved = match &arguments.out {
        Some(_) => None,
        None => Some(ReservedRun::new(source.name())?),
    };
    let out = arguments.out.clone();
    let out = out.or_else(|| Some(reserved.as_ref()?.path().to_owned()));
    Ok(Prepared {
        out: out.unwrap_or_default(),
        recipe,
        beginning,
        source: source.file_text().map(str::to_owned),
        changes: Vec::new(),
        reserved,
    })
}

fn prepare_to_resume(
    arguments: &TrainArguments,
    overrides: &[Override],
) -> Result<Prepared, CliError> {
    let name = RecipeSource::name_of(&arguments.recipe);
    let out = run_to_resume(arguments, &name)?;
    let mut run = match &arguments.resume_from {
        Some(checkpoint) => StoredRun::open_at(&out, checkpoint)?,
        None => StoredRun::open(&out)?,
    };
    // If the recipe's file is gone, the run has its own copy.
    let source = RecipeSource::find(&arguments.recipe);
    let source = source.unwrap_or_else(|_| RecipeSource::new(&name, ""));
    let recipe = run.recipe(&source, overrides)?;
    Ok(Prepared {
        out,
        changes: run.changes(&recipe)?,
        recipe,
        beginning: Beginning::Resume(Box::new(run)),
        source: None,
        reserved: None,
    })
}

/// The run directory to resume.
fn run_to_resume(arguments: &TrainArguments, recipe: &str) -> Result<PathBuf, CliError> {
    if let Some(out) = &arguments.out {
        return Ok(out.clone());
    }
    if let Some(checkpoint) = &arguments.resume_from {
        let checkpoint = std::path::absolute(checkpoint).unwrap_or_else(|_| checkpoint.clone());
        let run = checkpoint.parent().and_then(Path::parent);
        let run = run.filter(|run| RunDirectory::new(*run).recipe().is_file());
        return run.map(Path::to_owned).ok_or_else(|| {
            CliError::Usage(format!(
                "{} does not lie in a run directory; name the run with --out",
                checkpoint.display()
            ))
        });
    }
    newest(Some(recipe))
        .ok_or_else(|| TrainError::NoCheckpoint(Path::new(RUNS).join(recipe)).into())
}

fn warn_of_missing_figures(missing: &[String]) {
    warn_of(missing.iter(), |count| {
        format!("{count} figures are missing in all; experiment.log names them")
    });
}

/// The overrides of the recipe: `--set`, and flags that stand for a key.
fn overrides(arguments: &TrainArguments) -> Result<Vec<Override>, CliError> {
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
    Ok(overrides)
}
