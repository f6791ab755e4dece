//! `ganforge evaluate`

mod progress;
mod real;
mod report;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use burn::tensor::Device;
use ganforge_data::cache_dir;
use ganforge_eval::spaces::{FeatureError, FeatureSpace, INCEPTION_FILE};
use ganforge_eval::{Circumstances, Evaluation, Evaluator, MetricName, Part};
use ganforge_infer::{SampleOptions, Sampler};

use super::sample::{class_number, model_file};
use super::{print, print_json};
use crate::arguments::{EvaluateArguments, FeatureChoice};
use crate::error::{CliError, Done};
use progress::Progress;
use real::Real;
use report::Report;

/// Measures how good a model's images are.
pub fn evaluate(arguments: &EvaluateArguments) -> Result<Done, CliError> {
    let earlier = arguments.against.as_deref().map(Report::read).transpose()?;
    let (_, device) = arguments.device.open()?;
    let path = model_file(&arguments.model);
    let sampler = Sampler::open(&path, &device)?;
    let image = sampler.signature().image;
    let image = [image.channels, image.height, image.width];
    let real = Real::new(&arguments.data, image, &path)?;
    let options = sample_options(arguments, &sampler, real.usual_samples())?;

    let metrics = asked(arguments, &real)?;
    let task = evaluation(arguments, metrics.clone(), &real, &options, &device)?;
    let mut evaluator = Evaluator::new(task)?;
    let progress = Progress::new(!arguments.json)?;
    let parts: Vec<Part> = evaluator.parts().collect();
    for part in parts.into_iter().filter(|&part| part != Part::Samples) {
        real.add(part, arguments.split.into(), options.count, &mut |images| {
            evaluator.add(part, images)
        })?;
    }
    progress.begin("samples", options.count);
    for images in sampler.batches(&options)? {
        let images = images?;
        progress.advance(images.count());
        evaluator.add(Part::Samples, images.into_data())?;
    }
    // What cannot be compared is refused before anything is computed.
    if let Some(earlier) = &earlier {
        earlier.check(|metric| evaluator.protocol(metric), &metrics)?;
    }
    let figures = evaluator.figures(|metric| progress.name(metric.name()))?;
    progress.end();
    for reason in &figures.without {
        eprintln!("warning: {reason}");
    }

    let mut report = Report::new(options.count, &arguments.data, figures.found);
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

/// The metrics asked for, or those that fit the data.
fn asked(arguments: &EvaluateArguments, real: &Real) -> Result<BTreeSet<MetricName>, CliError> {
    if !arguments.metrics.is_empty() {
        return Ok(arguments.metrics.iter().copied().collect());
    }
    let mut usual = real.usual_metrics(arguments.features != FeatureChoice::Raw)?;
    if arguments.features == FeatureChoice::Inception {
        // It would look at every training image, for hours.
        usual.remove(&MetricName::Nearest);
    }
    Ok(usual)
}

fn evaluation(
    arguments: &EvaluateArguments,
    metrics: BTreeSet<MetricName>,
    real: &Real,
    options: &SampleOptions,
    device: &Device,
) -> Result<Evaluation, CliError> {
    let space = space(arguments.features, device).map_err(ganforge_eval::EvaluationError::from)?;
    let modes = if metrics.iter().any(|metric| metric.counts_modes()) {
        real.modes(arguments.split.into(), device)?
    } else {
        None
    };
    let mut sampling = BTreeMap::new();
    if let Some(class) = options.class {
        sampling.insert("class".to_owned(), class.to_string());
    }
    if let Some(truncation) = options.truncation {
        sampling.insert("truncation".to_owned(), truncation.to_string());
    }
    Ok(Evaluation {
        image: real.image(),
        space,
        modes,
        metrics,
        circumstances: Circumstances {
            data: arguments.data.to_string(),
            split: real::name(arguments.split.into()).to_owned(),
            resize: real.resize(),
            seed: arguments.seed,
            sampling,
        },
    })
}

/// What images are compared by.
fn space(choice: FeatureChoice, device: &Device) -> Result<FeatureSpace, FeatureError> {
    match choice {
        FeatureChoice::Raw => Ok(FeatureSpace::Raw),
        FeatureChoice::Digits => FeatureSpace::digits(device),
        FeatureChoice::Inception => {
            let file = cache_dir().join("inception").join(INCEPTION_FILE);
            FeatureSpace::inception(&file, device)
        }
    }
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
