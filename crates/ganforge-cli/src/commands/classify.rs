//! `ganforge classify`

use std::fmt::Write;
use std::path::Path;

use ganforge_data::{DataError, Dataset, Split};
use ganforge_infer::{Classifier, Images};
use serde::Serialize;

use super::model_data::{Domain, ModelData, data_options};
use super::{print, print_json};
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
    let (dataset, split) = open(arguments, &path, &classifier)?;
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
    model: &Path,
    classifier: &Classifier,
) -> Result<(Dataset, &'static str), CliError> {
    let prepared = data_options(model, Domain::First)?;
    let open = |split| {
        let data = ModelData {
            labels: true,
            ..ModelData::new(&arguments.data, split, classifier.image())
        };
        data.open(&prepared)
    };
    let (train, test) = ("train", "test");
    match arguments.split.map(Split::from) {
        Some(Split::Test) => Ok((open(Split::Test)?, test)),
        Some(Split::Train) => Ok((open(Split::Train)?, train)),
        None => match open(Split::Test) {
            Err(CliError::Data(DataError::NoTestPart { .. })) => Ok((open(Split::Train)?, train)),
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
