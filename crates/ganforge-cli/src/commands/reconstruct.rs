//! `ganforge reconstruct`

use std::fmt::Write;
use std::path::Path;

use ganforge_core::printable;
use ganforge_infer::{Encoder, GridOptions, ImageWriter, Images, Output};
use ganforge_measure::{Reconstructed, Reconstruction, ReconstructionOptions, Reconstructions};
use serde::Serialize;

use super::encoded_data::encoded_data;
use super::noise_seed::noise_seed;
use super::{print, print_json};
use crate::arguments::ReconstructArguments;
use crate::error::{CliError, Done};
use crate::format::{grouped, number};
use crate::runs::model_file;
use crate::signals::Interrupt;

/// Images in a row of a sheet, each beside its reconstruction.
const PAIRS_PER_ROW: usize = 8;

/// What `--json` prints.
#[derive(Serialize)]
struct Report {
    model: String,
    data: String,
    images: usize,
    reconstruction_error: f64,
    other_error: f64,
    reconstruction_ratio: f64,
    inverse_error: f64,
    other_inverse_error: f64,
    inverse_ratio: f64,
    latent_mean: f64,
    latent_variance: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    class_agreement: Option<f64>,
}

/// Passes images through encoder and generator, writes the result, and prints how near it is.
pub fn reconstruct(arguments: &ReconstructArguments) -> Result<Done, CliError> {
    let output = Output::at(&arguments.output)?;
    let path = model_file(&arguments.model)?;
    let (_, device) = arguments.device.open()?;
    let encoder = Encoder::open(&path, &device)?;
    let dataset = encoded_data(&arguments.images, &path, &encoder)?;
    let options = ReconstructionOptions {
        count: arguments.images.count.unwrap_or(usize::MAX),
        noise: noise_seed(&arguments.images, &path, &encoder)?,
        ..ReconstructionOptions::default()
    };
    let mut reconstructions = Reconstructions::new(&encoder, &dataset, &options)?;
    let count = reconstructions.count();
    let mut sheet = Sheet::open(&output, &encoder, count, arguments.shown)?;
    let interrupt = Interrupt::listen()?;
    while let Some(batch) = reconstructions.next()? {
        sheet.add(&batch)?;
        if interrupt.came() {
            return Ok(Done::Interrupted);
        }
    }
    let figures = reconstructions.finish();
    sheet.finish()?;
    let data = arguments.images.data.to_string();
    if arguments.json {
        print_json(&report(&path, data, &figures))?;
    } else {
        print(&table(&data, &figures))?;
    }
    Ok(Done::Finished)
}

/// The output file: a sheet of the first pairs, or all reconstructions.
struct Sheet {
    writer: ImageWriter,
    /// Pairs that are still missing on a sheet; `None` where all reconstructions are written, without their images.
    missing: Option<usize>,
}

impl Sheet {
    fn open(
        output: &Output,
        encoder: &Encoder,
        count: usize,
        shown: usize,
    ) -> Result<Self, CliError> {
        let image = encoder.signature().image;
        let beside = matches!(output, Output::Grid(_)) && !image.is_point();
        let shown = count.min(shown);
        let columns = 2 * PAIRS_PER_ROW.min(shown);
        let options = GridOptions {
            columns: beside.then_some(columns),
            ..GridOptions::default()
        };
        let written = if beside { 2 * shown } else { count };
        Ok(Self {
            writer: output.open(written, image, &options)?,
            missing: beside.then_some(shown),
        })
    }

    fn add(&mut self, batch: &Reconstructed) -> Result<(), CliError> {
        let Some(missing) = &mut self.missing else {
            return Ok(self.writer.add(&batch.reconstructions)?);
        };
        let count = batch.images.count().min(*missing);
        *missing -= count;
        let pairs = batch.images.iter().zip(&batch.reconstructions).take(count);
        let pixels = pairs.flat_map(|(image, other)| [image, other].concat());
        let spec = batch.images.spec();
        Ok(self.writer.add(&Images::new(spec, pixels.collect())?)?)
    }

    fn finish(self) -> Result<(), CliError> {
        Ok(self.writer.finish()?)
    }
}

fn report(model: &Path, data: String, figures: &Reconstruction) -> Report {
    Report {
        model: model.display().to_string(),
        data,
        images: figures.images,
        reconstruction_error: figures.error,
        other_error: figures.other_error,
        reconstruction_ratio: figures.ratio(),
        inverse_error: figures.inverse_error,
        other_inverse_error: figures.other_inverse_error,
        inverse_ratio: figures.inverse_ratio(),
        latent_mean: figures.latent_mean,
        latent_variance: figures.latent_variance,
        class_agreement: figures.class_agreement,
    }
}

fn table(data: &str, figures: &Reconstruction) -> String {
    let mut text = format!(
        "{} images of {}\n\n\
         reconstruction ratio  {:<7} {} from the image, {} from another\n\
         inverse ratio         {:<7} {} from the latent, {} from another\n\
         latent mean           {:<7} from that of the latents, in their deviations\n\
         latent variance       {:<7} in variances of the latents\n",
        grouped(figures.images as u64),
        printable(data),
        number(figures.ratio()),
        number(figures.error),
        number(figures.other_error),
        number(figures.inverse_ratio()),
        number(figures.inverse_error),
        number(figures.other_inverse_error),
        number(figures.latent_mean),
        number(figures.latent_variance),
    );
    if let Some(agreement) = figures.class_agreement {
        let agreement = format!("{:.1}%", 100.0 * agreement);
        let _ = writeln!(
            text,
            "class agreement       {agreement:<7} of the reconstructions are classified as their images"
        );
    }
    text
}
