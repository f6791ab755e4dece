//! `ganforge train`

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use burn::train::Interrupter;
use ganforge_data::Dataset;
use ganforge_train::memory::check_memory;
use ganforge_train::recipe::{ForSystem, Override, RecipeSource, for_system};
use ganforge_train::run::{Change, InitialWeights, RunDirectory, StoredRun};
use ganforge_train::session::{Beginning, TrainingData};
use ganforge_train::{Outcome, Recipe, System, TrainError, TrainOptions};

use super::next_command::next_command;
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
    let target = Target::of(arguments)?;
    let system = target.system(&overrides)?;
    let train = Train {
        arguments,
        overrides,
        display,
        target,
    };
    for_system(&system, train)?
}

/// The command with all that is known before the recipe is read for its system.
struct Train<'a> {
    arguments: &'a TrainArguments,
    overrides: Vec<Override>,
    display: RunDisplay,
    target: Target,
}

impl ForSystem for Train<'_> {
    type Output = Result<Done, CliError>;

    fn run<S: System>(self) -> Self::Output {
        let prepared = prepare::<S>(self.arguments, self.target, &self.overrides)?;
        run(self.arguments, self.display, prepared)
    }
}

fn run<S: System>(
    arguments: &TrainArguments,
    display: RunDisplay,
    prepared: Prepared<S>,
) -> Result<Done, CliError> {
    let Prepared {
        out,
        mut recipe,
        beginning,
        source,
        changes,
        reserved,
    } = prepared;
    let (device_name, device) = arguments.device.open()?;
    // Before the data are loaded, which may be too large themselves.
    check_memory(&recipe, None, &device).map_err(TrainError::from)?;
    let all = TrainingData::open(&recipe.experiment)?;
    let dataset = &all.images;
    if display != RunDisplay::Silent {
        say(&format!(
            "{}: {} images {} of {}, {} on {device_name}, into {}",
            recipe.experiment.name,
            dataset.len(),
            dataset.shape(),
            recipe.experiment.data.source,
            recipe.experiment.title,
            out.display()
        ));
        for change in changes {
            say(&format!("changed: {change}"));
        }
    }
    // So that the run can be resumed from any folder.
    let data = &mut recipe.experiment.data;
    data.source = data.source.clone().absolute();
    if let Some(target) = &mut recipe.experiment.target {
        target.source = target.source.clone().absolute();
    }
    warn_of_skipped(dataset.skipped());
    warn_of_skipped(all.target.as_ref().map_or(&[], Dataset::skipped));
    let interrupter = Interrupter::new();
    stop_on_signal(&interrupter)?;
    let first = match &beginning {
        Beginning::Resume(run) => run.images(),
        Beginning::New | Beginning::Weights(_) => 0,
    };
    let renderer = {
        let interrupter = interrupter.clone();
        let title = format!("{}  {}", recipe.experiment.name, recipe.experiment.title);
        move || display.renderer(title, first, &interrupter)
    };
    let options = TrainOptions::new(&out)
        .beginning(beginning)
        .source(source)
        .accept_data(arguments.accept_data)
        .renderer(renderer)
        .warn(|warning| message::warning(&warning))
        .interrupter(interrupter);
    let outcome = ganforge_train::train(&recipe, &all, &device, options);
    drop(reserved);
    let outcome = outcome.inspect_err(|error| {
        if error.ended_a_run() {
            report::write_if_possible(&out);
        }
    })?;
    warn_of_missing_figures(&outcome.warnings);
    report::write(&out);
    if display != RunDisplay::Silent {
        let signature = recipe.signature(dataset);
        let next = next_command::<S>(&outcome.model, &signature, &recipe.experiment.data.source);
        say(&ending(&outcome, &arguments.recipe, &out, &next));
    }
    Ok(if outcome.interrupted {
        Done::Interrupted
    } else {
        Done::Finished
    })
}

/// How the run ended, and the command to run next: `next` where it is complete.
fn ending(outcome: &Outcome, recipe: &str, out: &Path, next: &str) -> String {
    if outcome.interrupted {
        let words = ["train", recipe, "--resume", "--out"].map(OsStr::new);
        let command = shell::command(words.into_iter().chain([out.as_os_str()]));
        return format!(
            "interrupted after {} images; resume with: {command}",
            outcome.images
        );
    }
    format!("done: {}; {next}", outcome.model.display())
}

/// The recipe's text, and the run that is resumed.
struct Target {
    source: RecipeSource,
    resumed: Option<(PathBuf, StoredRun)>,
}

impl Target {
    fn of(arguments: &TrainArguments) -> Result<Self, CliError> {
        if arguments.resume || arguments.resume_from.is_some() {
            let name = RecipeSource::name_of(&arguments.recipe);
            let out = run_to_resume(arguments, &name)?;
            let run = match &arguments.resume_from {
                Some(checkpoint) => StoredRun::open_at(&out, checkpoint)?,
                None => StoredRun::open(&out)?,
            };
            // The run has its own recipe, should the file be gone.
            let source = RecipeSource::find(&arguments.recipe);
            return Ok(Self {
                source: source.unwrap_or_else(|_| RecipeSource::new(&name, "")),
                resumed: Some((out, run)),
            });
        }
        if arguments.accept_data {
            return Err(CliError::Usage(
                "--accept-data applies to a run that is resumed: add --resume".to_owned(),
            ));
        }
        Ok(Self {
            source: RecipeSource::find(&arguments.recipe)?,
            resumed: None,
        })
    }

    /// The name of the system that plays.
    fn system(&self, overrides: &[Override]) -> Result<String, CliError> {
        Ok(match &self.resumed {
            Some((_, run)) => run.system()?,
            None => self.source.system(overrides)?,
        })
    }
}

/// What is settled before data are opened.
struct Prepared<S> {
    out: PathBuf,
    recipe: Recipe<S>,
    beginning: Beginning,
    source: Option<String>,
    /// Keys that differ from those that the run was trained with last.
    changes: Vec<Change>,
    /// The folder that was created for this run.
    reserved: Option<ReservedRun>,
}

fn prepare<S: System>(
    arguments: &TrainArguments,
    target: Target,
    overrides: &[Override],
) -> Result<Prepared<S>, CliError> {
    let Target { source, resumed } = target;
    if let Some((out, mut run)) = resumed {
        let recipe = run.recipe(&source, overrides)?;
        return Ok(Prepared {
            out,
            changes: run.changes(&recipe)?,
            recipe,
            beginning: Beginning::Resume(Box::new(run)),
            source: None,
            reserved: None,
        });
    }
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

/// The run directory that is resumed.
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
    if arguments.ship_discriminator {
        overrides.push(Override::new("run.ship_discriminator", true));
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
