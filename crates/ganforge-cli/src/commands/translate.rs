//! `ganforge translate`

use std::fmt::Write;
use std::path::Path;

use ganforge_data::{DataSpec, Dataset};
use ganforge_infer::{
    Direction, GridOptions, Images, Output, SquaredError, TranslationAccuracy, Translator,
};
use serde::Serialize;

use super::model_data::{Domain, ModelData, data_options};
use super::{print, print_json};
use crate::arguments::TranslateArguments;
use crate::error::{CliError, Done};
use crate::format::{grouped, number};
use crate::runs::model_file;
use crate::signals::Interrupt;

/// Images that are translated at a time.
const CHUNK: usize = 64;

/// Images on the sheet.
const SHOWN: usize = 32;

/// Images in a row of the sheet, each with its translations.
const PER_ROW: usize = 4;

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Report {
    images: usize,
    direction: &'static str,
    /// Root mean squared difference of images from their translations back and forth.
    cycle_rmse: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    truth: Option<Truth>,
}

/// Accuracy where the true translations are known.
#[derive(Debug, Serialize)]
struct Truth {
    rmse: f64,
    /// In dB; absent for points.
    #[serde(skip_serializing_if = "Option::is_none")]
    psnr: Option<f64>,
    candidates: usize,
    top1: f64,
    top5: f64,
}

/// Translates images between the two domains of a model.
pub fn translate(arguments: &TranslateArguments) -> Result<Done, CliError> {
    let output = Output::at(&arguments.output)?;
    let path = model_file(&arguments.model)?;
    let (_, device) = arguments.device.open()?;
    let translator = Translator::open(&path, &device)?;
    let image = translator.image();
    let direction = Direction::from(arguments.direction);
    let (from, to) = match direction {
        Direction::AToB => (Domain::First, Domain::Second),
        Direction::BToA => (Domain::Second, Domain::First),
    };
    let open = |spec: &DataSpec, domain| {
        let data = ModelData::new(spec, arguments.split.into(), image);
        data.open(&data_options(&path, domain)?)
    };
    let dataset = open(&arguments.input, from)?;
    let truth = arguments.truth.as_ref();
    let truth = truth.map(|truth| open(truth, to)).transpose()?;
    if let Some(truth) = &truth
        && truth.len() != dataset.len()
    {
        return Err(CliError::Usage(format!(
            "--truth has {} images and --input {}; image i of one is the translation of image i of the other",
            truth.len(),
            dataset.len()
        )));
    }
    let count = arguments
        .count
        .map_or(dataset.len(), |count| count.min(dataset.len()));
    let mut writer = output.open(count, image, &GridOptions::default())?;
    let interrupt = Interrupt::listen()?;
    let mut accuracy = TranslationAccuracy::new(image);
    let mut cycle = SquaredError::default();
    let mut shown = Vec::new();
    for start in (0..count).step_by(CHUNK) {
        let indices: Vec<usize> = (start..count.min(start + CHUNK)).collect();
        let read = |dataset: &Dataset| -> Result<Images, CliError> {
            Ok(Images::new(image, dataset.gather(&indices)?.images)?)
        };
        let originals = read(&dataset)?;
        let translated = translator.translate(originals.clone(), direction)?;
        let back = translator.translate(translated.clone(), direction.reverse())?;
        let truth = truth.as_ref().map(read).transpose()?;
        writer.add(&translated)?;
        cycle.add(&back, &originals);
        if let Some(truth) = &truth {
            accuracy.add(&translated, truth);
        }
        for index in 0..indices.len().min(SHOWN.saturating_sub(start)) {
            let all = [
                Some(&originals),
                Some(&translated),
                Some(&back),
                truth.as_ref(),
            ];
            let versions = all.into_iter().flatten();
            shown.extend(versions.filter_map(|images| images.get(index)).flatten());
        }
        if interrupt.came() {
            return Ok(Done::Interrupted);
        }
    }
    let mut ranks = Vec::new();
    for rank in accuracy.ranks() {
        ranks.push(rank);
        if interrupt.came() {
            return Ok(Done::Interrupted);
        }
    }
    writer.finish()?;
    if let Output::Files(folder) = &output {
        let versions = if truth.is_some() { 4 } else { 3 };
        write_sheet(folder, &Images::new(image, shown)?, versions)?;
    }
    report(
        arguments.json,
        &Report {
            images: count,
            direction: match direction {
                Direction::AToB => "a-to-b",
                Direction::BToA => "b-to-a",
            },
            cycle_rmse: cycle.rmse(),
            truth: truth.map(|_| Truth {
                rmse: accuracy.error().rmse(),
                psnr: (!image.is_point()).then(|| accuracy.error().psnr()),
                candidates: ranks.len(),
                top1: within(&ranks, 1),
                top5: within(&ranks, 5),
            }),
        },
    )?;
    Ok(Done::Finished)
}

/// The share of translations whose own truth is among the `nearest`.
fn within(ranks: &[Option<usize>], nearest: usize) -> f64 {
    let ranks_within = ranks.iter().flatten().filter(|rank| **rank < nearest);
    ranks_within.count() as f64 / ranks.len() as f64
}

fn write_sheet(folder: &Path, images: &Images, versions: usize) -> Result<(), CliError> {
    let sheet = GridOptions {
        columns: Some(PER_ROW * versions),
        ..GridOptions::default()
    };
    Ok(images.write_grid(folder.join("sheet.png"), &sheet)?)
}

fn report(json: bool, report: &Report) -> Result<(), CliError> {
    if json {
        return print_json(report);
    }
    let mut text = format!(
        "{} images, {}\nback and forth  rmse {}\n",
        grouped(report.images as u64),
        report.direction,
        number(report.cycle_rmse)
    );
    if let Some(truth) = &report.truth {
        let psnr = truth.psnr.map(|psnr| format!(", PSNR {psnr:.2} dB"));
        let _ = writeln!(
            text,
            "against truth   rmse {}{}\ntruth is nearest of {}: {:.1} %, among the five nearest {:.1} %",
            number(truth.rmse),
            psnr.unwrap_or_default(),
            truth.candidates,
            100.0 * truth.top1,
            100.0 * truth.top5,
        );
    }
    print(&text)
}
