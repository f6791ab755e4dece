//! `ganforge interpolate`

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ganforge_infer::{
    GridOptions, InferError, Interpolation, LatentPath, Output, SampleOptions, Sampler, Vectors,
};
use image::RgbImage;
use image::imageops::{FilterType, resize};

use super::sample::class_number;
use super::warn_of_truncation;
use crate::arguments::InterpolateArguments;
use crate::error::{CliError, Done};
use crate::film::{Film, FilmFormat};
use crate::runs::model_file;
use crate::signals::Interrupt;

/// Images from one latent to the next, by default.
const STRIP: usize = 8;
const FILM: usize = 24;

/// The images of a film are magnified by the smallest integer that makes their shorter side as long.
const SMALLEST_SIDE: u32 = 128;

/// What is drawn.
enum Drawing {
    /// A row of images for each way between two latents.
    Strip,
    Film(FilmFormat),
}

/// Draws the images of a path through latent space.
pub fn interpolate(arguments: &InterpolateArguments) -> Result<Done, CliError> {
    let drawing = drawing(&arguments.output)?;
    let path = model_file(&arguments.model)?;
    let (_, device) = arguments.device.open()?;
    let sampler = Sampler::open_on(path, &device)?;
    let signature = sampler.signature();
    if let Some(input) = signature.input {
        return Err(InferError::NoLatents { input }.into());
    }
    let class = arguments.class.as_deref();
    let class = class
        .map(|class| class_number(class, &signature.classes))
        .transpose()?;
    let interpolation = arguments.interpolation.map_or_else(
        || Interpolation::of(signature.latent.distribution),
        Interpolation::from,
    );
    let corners = corners(arguments, &sampler)?;
    let steps = arguments.frames.unwrap_or(match drawing {
        Drawing::Strip => STRIP,
        Drawing::Film(_) => FILM,
    });
    let path = LatentPath {
        steps,
        closed: arguments.closed,
        interpolation,
    };
    let points = path.through(&corners)?;
    let latents = match drawing {
        Drawing::Strip => rows(&path, corners.count(), &points),
        Drawing::Film(_) => points,
    };
    let count = latents.count();
    let options = SampleOptions {
        class: class.or((!signature.classes.is_empty()).then_some(0)),
        truncation: arguments.truncation,
        latents: Some(Arc::new(latents)),
        ..SampleOptions::new(count, 0)
    };
    let batches = sampler.batches(&options)?;
    warn_of_truncation(arguments.truncation);
    let interrupt = Interrupt::listen()?;
    match drawing {
        Drawing::Strip => {
            let grid = GridOptions {
                columns: Some(steps + 1),
                ..GridOptions::default()
            };
            let output = Output::at(&arguments.output)?;
            let mut writer = output.open(options.count, signature.image, &grid)?;
            for images in batches {
                writer.add(&images?)?;
                if interrupt.came() {
                    return Ok(Done::Interrupted);
                }
            }
            writer.finish()?;
        }
        Drawing::Film(format) => {
            let time = Duration::from_secs(1) / arguments.fps;
            let mut pictures = Vec::new();
            for images in batches {
                let images = images?;
                for index in 0..images.count() {
                    pictures.extend(
                        images
                            .picture(index)?
                            .map(|picture| magnified(&picture.into_rgb8())),
                    );
                }
                if interrupt.came() {
                    return Ok(Done::Interrupted);
                }
            }
            let film = Film {
                path: arguments.output.clone(),
                format,
                count: pictures.len(),
            };
            film.write(pictures.into_iter().map(|picture| Ok((picture, time))))?;
        }
    }
    Ok(Done::Finished)
}

fn drawing(output: &Path) -> Result<Drawing, CliError> {
    if let Some(format) = FilmFormat::at(output) {
        return Ok(Drawing::Film(format));
    }
    match Output::at(output) {
        Ok(Output::Grid(_)) => Ok(Drawing::Strip),
        _ => Err(CliError::Usage(format!(
            "cannot write {}; interpolate draws a strip.png, a film.gif or a film.apng",
            output.display()
        ))),
    }
}

/// The latents to pass through.
fn corners(arguments: &InterpolateArguments, sampler: &Sampler) -> Result<Vectors, CliError> {
    if let Some(path) = &arguments.latents {
        return Ok(Vectors::read_npy(path)?);
    }
    let latents = arguments
        .seeds
        .iter()
        .flat_map(|&seed| sampler.latent(seed, 0));
    let dimension = sampler.signature().latent.dimension;
    Ok(Vectors::new(dimension, latents.collect())?)
}

/// The points of a path through `corners` latents as a row for each way, from one latent to the next and both of them in it.
fn rows(path: &LatentPath, corners: usize, points: &Vectors) -> Vectors {
    let ways = corners - usize::from(!path.closed);
    let row = |way| way * path.steps..=(way + 1) * path.steps;
    // The last way of a closed path ends at its first point.
    points.select((0..ways).flat_map(row).map(|point| point % points.count()))
}

/// The picture, large enough to be seen, with its pixels sharp.
fn magnified(picture: &RgbImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    let factor = SMALLEST_SIDE.div_ceil(width.min(height).max(1));
    resize(
        picture,
        width * factor,
        height * factor,
        FilterType::Nearest,
    )
}
