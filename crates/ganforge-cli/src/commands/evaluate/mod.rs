//! `ganforge evaluate`

mod progress;
mod provenance;
mod report;
mod table;

use std::collections::BTreeMap;
use std::path::Path;

use ganforge_eval::{EvalError, Evaluator, Part};
use ganforge_infer::{SampleOptions, Sampler};
use ganforge_measure::{BaselineImages, ReferenceData, Request};

use super::inputs::inputs;
use super::model_data::{Domain, data_options};
use super::sample::class_number;
use super::{print, print_json, warn_of_skipped, warn_of_truncation};
use crate::arguments::EvaluateArguments;
use crate::error::{CliError, Done};
use crate::message;
use crate::runs::model_file;
use progress::Progress;
use report::{Baseline, Report};

/// Measures how good a model's images are.
pub fn evaluate(arguments: &EvaluateArguments) -> Result<Done, CliError> {
    let earlier = arguments.against.as_deref().map(Report::read).transpose()?;
    let (_, device) = arguments.device.open()?;
    let path = model_file(&arguments.model)?;
    let sampler = Sampler::open_on(&path, &device)?;
    let image = sampler.signature().image;
    let reference = ReferenceData::new(
        &arguments.data,
        image,
        &data_options(&path, Domain::Second)?,
    )?;
    let options = sample_options(arguments, &sampler, &path, reference.default_samples())?;
    let batches = sampler.batches(&options)?;
    warn_of_truncation(arguments.truncation);
    let request = request(arguments, &reference, &options, &sampler)?;
    let baseline_images = arguments.baseline.then(|| reference.baseline(&request));
    let baseline_images = baseline_images.transpose()?;
    let mut evaluator = reference.evaluator(&request, &device)?;
    // Refuses an incomparable report before the long computations.
    let comparable = |evaluator: &Evaluator, unknown: &[&str]| {
        let protocol = |metric| evaluator.protocol(metric);
        let earlier = earlier.as_ref();
        earlier.map_or(Ok(()), |earlier| {
            earlier.check(protocol, unknown, &request.metrics)
        })
    };
    comparable(&evaluator, REFERENCE_KEYS)?;

    let progress = Progress::new(!arguments.json)?;
    let skipped = reference.fill(&mut evaluator, &request, |part, done, images| {
        progress.at(part, done, images);
    })?;
    progress.suspend(|| warn_of_skipped(&skipped));
    comparable(&evaluator, &[])?;
    let mut done = 0;
    for images in batches {
        let images = images?;
        done += images.count();
        progress.at(Part::Samples, done, options.count);
        evaluator.add(Part::Samples, images.into_data())?;
    }
    let figures = evaluator.figures(|metric| progress.name(metric.name()))?;
    let baseline = baseline_images
        .map(|images| baseline(&images, &mut evaluator, options.count, &progress))
        .transpose()?;
    progress.end();
    for reason in &figures.without {
        message::warning(reason);
    }
    if let Some(singular) = figures.singular {
        message::warning(&singular);
    }

    let seen = sampler.card().images_seen;
    let mut report = Report::new(&path, seen, options.count, &arguments.data, figures.found);
    report.baseline = baseline;
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

/// Measures real images in place of samples.
fn baseline(
    images: &BaselineImages,
    evaluator: &mut Evaluator,
    count: usize,
    progress: &Progress,
) -> Result<Baseline, CliError> {
    images.fill(evaluator, |_, done, all| {
        progress.at(Part::Reference, done, all);
    })?;
    evaluator.retain(|metric| ReferenceData::has_baseline(*metric));
    let mut values = BTreeMap::new();
    for (metric, outcome) in evaluator.outcomes(|metric| progress.name(metric.name())) {
        match outcome {
            Ok(figure) => values.insert(metric, figure.value),
            Err(EvalError::NoValue { .. }) => None,
            Err(other) => return Err(other.into()),
        };
    }
    Ok(Baseline {
        images: count,
        split: images.split.to_owned(),
        values,
    })
}

/// Keys of a protocol that depend on the real images.
const REFERENCE_KEYS: &[&str] = &["data", "digest", "metric", "reference", "resize"];

/// The requested metrics, or the defaults for the data, with everything else that changes a value.
fn request(
    arguments: &EvaluateArguments,
    reference: &ReferenceData,
    options: &SampleOptions,
    sampler: &Sampler,
) -> Result<Request, CliError> {
    // By name, because data and model may number their classes differently.
    let name = |class: usize| sampler.card().classes.get(class).cloned();
    let class = options.class.and_then(name);
    let truncation = options.truncation.map(|truncation| truncation.to_string());
    let sampling = [("class", class.clone()), ("truncation", truncation)];
    let sampling = sampling
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?)));
    let request = Request {
        metrics: arguments.metrics.iter().copied().collect(),
        features: arguments.features.into(),
        split: arguments.split.into(),
        samples: options.count,
        reference: arguments.reference,
        seed: arguments.seed,
        class,
        sampling: sampling.collect(),
    };
    if !request.metrics.is_empty() {
        return Ok(request);
    }
    let defaults = reference.default_metrics(&request)?;
    if let Some(reason) = defaults.without_frechet {
        message::warning(&format!("frechet is left out: {reason}"));
    }
    Ok(Request {
        metrics: defaults.metrics,
        ..request
    })
}

fn sample_options(
    arguments: &EvaluateArguments,
    sampler: &Sampler,
    model: &Path,
    default_count: usize,
) -> Result<SampleOptions, CliError> {
    let classes = &sampler.card().classes;
    let class = arguments.class.as_deref();
    let count = arguments.samples.unwrap_or(default_count);
    let input = arguments.input.as_ref();
    Ok(SampleOptions {
        count,
        seed: arguments.seed,
        class: class
            .map(|class| class_number(class, classes))
            .transpose()?,
        truncation: arguments.truncation,
        inputs: inputs(sampler, model, input, count, arguments.seed)?,
        ..SampleOptions::default()
    })
}
