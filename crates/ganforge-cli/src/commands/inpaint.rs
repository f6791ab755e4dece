//! `ganforge inpaint`

use ganforge_data::{Dataset, ImageShape, Split};
use ganforge_infer::{GridOptions, HoleErrors, Images, Inpainter, Output};
use serde::Serialize;

use super::model_data::{Domain, ModelData, data_options};
use super::{print, print_json};
use crate::arguments::InpaintArguments;
use crate::error::{CliError, Done};
use crate::format::{grouped, number};
use crate::runs::model_file;
use crate::signals::Interrupt;

/// Images that are completed at a time.
const CHUNK: usize = 64;

/// Images on the sheet, each in three versions.
const SHOWN: usize = 32;

/// Columns of the sheet: four images.
const COLUMNS: usize = 12;

/// Errors of the missing pixels, in [0, 1].
#[derive(Debug, Serialize)]
struct Report {
    images: usize,
    /// Share of missing pixels.
    missing: f64,
    l1: f64,
    l2: f64,
    /// In dB, of `l2`.
    psnr: f64,
    gradient_energy: f64,
    real_gradient_energy: f64,
}

/// Completes images with a hole and measures the error.
pub fn inpaint(arguments: &InpaintArguments) -> Result<Done, CliError> {
    let folder = &arguments.output;
    let output = match Output::at(folder)? {
        output @ Output::Files(_) => output,
        Output::Grid(_) | Output::Array(_) => {
            return Err(CliError::Usage(format!(
                "{} is a file; inpaint writes a folder, such as {}/",
                folder.display(),
                folder.with_extension("").display()
            )));
        }
    };
    let path = model_file(&arguments.model)?;
    let (_, device) = arguments.device.open()?;
    let inpainter = Inpainter::open(&path, &device)?;
    let image = inpainter.image();
    let prepared = data_options(&path, Domain::First)?;
    let dataset = ModelData::new(&arguments.input, arguments.split.into(), image);
    let dataset = dataset.open(&prepared)?;
    let channels = 1;
    let mask = ImageShape { channels, ..image };
    let masks = arguments.mask.as_ref();
    let masks = masks.map(|masks| ModelData::new(masks, Split::Train, mask).open(&prepared));
    let masks = masks.transpose()?.map(|masks| all(&masks)).transpose()?;
    // Refused before the folder is made.
    if let Some(masks) = &masks {
        inpainter.check_masks(masks)?;
    }
    let count = arguments
        .count
        .map_or(dataset.len(), |count| count.min(dataset.len()));
    let mut writer = output.open(count, image, &GridOptions::default())?;
    let interrupt = Interrupt::listen()?;
    let (mut errors, mut missing, mut shown) = (HoleErrors::default(), 0.0, Vec::new());
    for start in (0..count).step_by(CHUNK) {
        let indices: Vec<usize> = (start..count.min(start + CHUNK)).collect();
        let originals = Images::new(image, dataset.gather(&indices)?.images)?;
        let inputs = match &masks {
            Some(masks) => inpainter.cut_masks(&originals, masks, start)?,
            None => inpainter.cut(&originals, arguments.seed, start as u64)?,
        };
        let completed = inpainter.complete(inputs.clone())?;
        writer.add(&completed)?;
        for (index, original) in originals.iter().enumerate() {
            let made = completed.get(index).unwrap_or_default();
            let input = inputs.get(index).unwrap_or_default();
            let (with_hole, mask) = input.split_at(image.values());
            errors.add(image, original, made, mask);
            missing += mask.iter().map(|&value| f64::from(value)).sum::<f64>() / mask.len() as f64;
            if start + index < SHOWN {
                shown.extend([with_hole, made, original].concat());
            }
        }
        if interrupt.came() {
            return Ok(Done::Interrupted);
        }
    }
    writer.finish()?;
    let sheet = GridOptions {
        columns: Some(COLUMNS),
        ..GridOptions::default()
    };
    Images::new(image, shown)?.write_grid(folder.join("sheet.png"), &sheet)?;
    report(
        arguments.json,
        &Report {
            images: count,
            missing: missing / count as f64,
            l1: errors.l1(),
            l2: errors.l2(),
            psnr: errors.psnr(),
            gradient_energy: errors.gradient_energy(),
            real_gradient_energy: errors.real_gradient_energy(),
        },
    )?;
    Ok(Done::Finished)
}

fn report(json: bool, report: &Report) -> Result<(), CliError> {
    if json {
        return print_json(report);
    }
    let Report {
        images,
        missing,
        l1,
        l2,
        psnr,
        gradient_energy,
        real_gradient_energy,
    } = report;
    print(&format!(
        "{} images, {:.1} % of each missing; of the missing pixels, in [0, 1]:\n\
         L1               {:.2} %\n\
         L2               {:.2} %\n\
         PSNR             {psnr:.2} dB\n\
         gradient energy  {}, of the original images {}\n",
        grouped(*images as u64),
        100.0 * missing,
        100.0 * l1,
        100.0 * l2,
        number(*gradient_energy),
        number(*real_gradient_energy),
    ))
}

fn all(dataset: &Dataset) -> Result<Images, CliError> {
    let indices: Vec<usize> = (0..dataset.len()).collect();
    Ok(Images::new(
        dataset.shape(),
        dataset.gather(&indices)?.images,
    )?)
}
