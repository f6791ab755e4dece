//! `ganforge evaluate`

mod progress;
mod report;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ganforge_data::{DataOptions, Skipped};
use ganforge_eval::{MetricName, Part};
use ganforge_infer::{SampleOptions, Sampler};
use ganforge_train::Recipe;
use ganforge_train::evaluation::{Asked, Real};

use super::sample::{class_number, model_file};
use super::{print, print_json, warn_of};
use crate::arguments::EvaluateArguments;
use crate::error::{CliError, Done};
use progress::Progress;
use report::Report;

pub use table::number;

/// Measures how good a model's images are.
pub fn evaluate(arguments: &EvaluateArguments) -> Result<Done, CliError> {
    let earlier = arguments.against.as_deref().map(Report::read).transpose()?;
    let (_, device) = arguments.device.open()?;
    let path = model_file(&arguments.model)?;
    let sampler = Sampler::open(&path, &device)?;
    let image = sampler.signature().image;
    let image = [image.channels, image.height, image.width];
    let real = Real::new(&arguments.data, image, &fitted(&path)?)?;
    let options = sample_options(arguments, &sampler, real.usual_samples())?;

    let asked = asked(arguments, &real, &options, &sampler)?;
    let mut evaluator = real.evaluator(&asked, &device)?;
    let progress = Progress::new(!arguments.json)?;
    let skipped = real.fill(&mut evaluator, &asked, |part, done, images| {
        progress.at(part, done, images);
    })?;
    progress.aside(|| warn_of_skipped(&skipped));
    let mut done = 0;
    for images in sampler.batches(&options)? {
        let images = images?;
        done += images.count();
        progress.at(Part::Samples, done, options.count);
        evaluator.add(Part::Samples, images.into_data())?;
    }
    // What cannot be compared is refused before anything is computed.
    if let Some(earlier) = &earlier {
        earlier.check(|metric| evaluator.protocol(metric), &asked.metrics)?;
    }
    let figures = evaluator.figures(|metric| progress.name(metric.name()))?;
    progress.end();
    for reason in &figures.without {
        eprintln!("warning: {reason}");
    }
    if let Some(singular) = figures.singular {
        eprintln!("warning: {singular}");
    }

    let images = sampler.card().images_seen;
    let mut report = Report::new(&path, images, options.count, &arguments.data, figures.found);
    if let Some(earlier) = &earlier {
        report.compare(earlier)?;
    }
    if arguments.json {
        print_json(&report)?;
    } else {
        print(&table::table(&report))?;
    }
    Ok(Done::Finished)
}

fn warn_of_skipped(skipped: &[Skipped]) {
    let named = skipped.iter().map(|file| format!("skipped {file}"));
    warn_of(named, |count| {
        format!("skipped {count} files in all; `ganforge data inspect` names them")
    });
}

/// How images are brought to the model's size: as the recipe beside the model file says, or else as suits the source.
fn fitted(model: &Path) -> Result<DataOptions, CliError> {
    let recipe = model.with_file_name("recipe.toml");
    if !recipe.is_file() {
        return Ok(DataOptions::default());
    }
    Ok(Recipe::load(&recipe.to_string_lossy(), &[])?.data.options())
}

/// The metrics asked for, or those that fit the data, with what else changes a figure.
fn asked(
    arguments: &EvaluateArguments,
    real: &Real,
    options: &SampleOptions,
    sampler: &Sampler,
) -> Result<Asked, CliError> {
    let features = arguments.features.into();
    let metrics: BTreeSet<MetricName> = if arguments.metrics.is_empty() {
        let usual = real.usual_metrics(features, options.count)?;
        if let Some(reason) = usual.without_frechet {
            eprintln!("warning: frechet is left out: {reason}");
        }
        usual.metrics
    } else {
        arguments.metrics.iter().copied().collect()
    };
    // By name: the data may have other classes than the model, and number them otherwise.
    let name = |class: usize| sampler.card().classes.get(class).cloned();
    let class = options
        .class
        .map(|class| name(class).unwrap_or_else(|| class.to_string()));
    let mut sampling = BTreeMap::new();
    if let Some(class) = &class {
        sampling.insert("class".to_owned(), class.clone());
    }
    if let Some(truncation) = options.truncation {
        sampling.insert("truncation".to_owned(), truncation.to_string());
    }
    Ok(Asked {
        metrics,
        features,
        split: arguments.split.into(),
        samples: options.count,
        reference: arguments.reference,
        seed: arguments.seed,
        class,
        sampling,
    })
}

fn sample_options(
    arguments: &EvaluateArguments,
    sampler: &Sampler,
    usual: usize,
) -> Result<SampleOptions, CliError> {
    let classes = &sampler.card().classes;
    let class = arguments.class.as_deref();
    Ok(SampleOptions {
        count: arguments.samples.unwrap_or(usual),
        seed: arguments.seed,
        class: class
            .map(|class| class_number(class, classes))
            .transpose()?,
        truncation: arguments.truncation,
        ..SampleOptions::default()
    })
}
