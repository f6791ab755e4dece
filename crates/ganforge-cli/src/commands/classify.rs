//! `ganforge classify`

use std::fmt::Write;

use ganforge_data::{DataError, DataOptions, Dataset, Split};
use ganforge_infer::{Classifier, Images};
use serde::Serialize;

use super::{print, print_json, warn_of_skipped};
use crate::arguments::ClassifyArguments;
use crate::error::{CliError, Done};
use crate::runs::model_file;

/// Images that are decoded and classified at a time.
const BATCH: usize = 1024;

/// What `--json` prints.
#[derive(Serialize)]
struct Report {
    model: String,
    data: String,
    split: &'static str,
    images: usize,
    /// Images in a wrong class, and their share; absent for images without labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    wrong: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<f64>,
    /// The predicted class of each image, in the order of the data.
    classes: Vec<String>,
}

/// Classifies the images of a dataset by the classifier of a semi-supervised model.
pub fn classify(arguments: &ClassifyArguments) -> Result<Done, CliError> {
    let path = model_file(&arguments.model)?;
    let (_, device) = arguments.device.open()?;
    let classifier = Classifier::open(&path, &device)?;
    let (dataset, split) = open(arguments, &classifier)?;
    warn_of_skipped(dataset.skipped());
    let image = classifier.image();
    let all: Vec<usize> = (0..dataset.len()).collect();
    let mut found = Vec::with_capacity(all.len());
    for indices in all.chunks(BATCH) {
        let images = Images::new(image, dataset.gather(indices)?.images)?;
        found.extend(classifier.classify(&images)?);
    }
    let names = classifier.names();
    // By name, because data and model may number their classes differently.
    let wrong = dataset.labels().map(|labels| {
        let real = |label: &u32| &dataset.classes()[*label as usize];
        let pairs = labels.iter().zip(&found);
        pairs
            .filter(|(label, class)| *real(label) != names[**class])
            .count()
    });
    let report = Report {
        model: path.display().to_string(),
        data: arguments.data.to_string(),
        split,
        images: found.len(),
        wrong,
        error: wrong.map(|wrong| wrong as f64 / found.len() as f64),
        classes: found.iter().map(|&class| names[class].clone()).collect(),
    };
    if arguments.json {
        print_json(&report)?;
    } else {
        print(&table(&report, names, &found))?;
    }
    Ok(Done::Finished)
}

/// The chosen split, by default the test part of data that have one; with labels where there are any.
fn open(
    arguments: &ClassifyArguments,
    classifier: &Classifier,
) -> Result<(Dataset, &'static str), CliError> {
    let image = classifier.image();
    let open = |split, labels| {
        let options = DataOptions {
            size: Some([image.height, image.width]),
            channels: Some(image.channels),
            labels,
            split,
            ..DataOptions::default()
        };
        Dataset::open(&arguments.data, &options)
    };
    let either = |split| match open(split, true) {
        Err(DataError::NoLabels { .. }) => open(split, false),
        opened => opened,
    };
    let (train, test) = ("train", "test");
    match arguments.split.map(Split::from) {
        Some(Split::Test) => Ok((either(Split::Test)?, test)),
        Some(Split::Train) => Ok((either(Split::Train)?, train)),
        None => match either(Split::Test) {
            Err(DataError::NoTestPart { .. }) => Ok((either(Split::Train)?, train)),
            opened => Ok((opened?, test)),
        },
    }
}

fn table(report: &Report, names: &[String], found: &[usize]) -> String {
    let mut text = match (report.wrong, report.error) {
        (Some(wrong), Some(error)) => format!(
            "error {:.2} %: {wrong} of {} images of {} ({}) in a wrong class\n",
            100.0 * error,
            report.images,
            report.data,
            report.split
        ),
        _ => format!(
            "{} images of {} without labels\n",
            report.images, report.data
        ),
    };
    for (class, name) in names.iter().enumerate() {
        let count = found.iter().filter(|&&found| found == class).count();
        let _ = writeln!(text, "{name}: {count} images");
    }
    text
}
