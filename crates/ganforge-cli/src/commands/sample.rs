//! `ganforge sample`

use std::sync::Arc;

use ganforge_infer::{GridOptions, Output, SampleOptions, Sampler, Vectors};

use super::inputs::inputs;
use super::warn_of_truncation;
use crate::arguments::SampleArguments;
use crate::error::{CliError, Done};
use crate::runs::model_file;
use crate::signals::Interrupt;

/// Draws images from a model file.
pub fn sample(arguments: &SampleArguments) -> Result<Done, CliError> {
    // Checks the output path before the model is loaded.
    let output = Output::at(&arguments.output)?;
    let path = model_file(&arguments.model)?;
    let (_, device) = arguments.device.open()?;
    let sampler = Sampler::open_on(&path, &device)?;
    let class = arguments
        .class
        .as_deref()
        .map(|class| class_number(class, &sampler.card().classes))
        .transpose()?;
    let latents = arguments
        .latents
        .as_ref()
        .map(Vectors::read_npy)
        .transpose()?;
    let default = latents
        .as_ref()
        .map_or(SampleOptions::default().count, Vectors::count);
    let count = arguments.count.unwrap_or(default);
    let options = SampleOptions {
        count,
        seed: arguments.seed,
        class,
        truncation: arguments.truncation,
        inputs: inputs(
            &sampler,
            &path,
            arguments.input.as_ref(),
            count,
            arguments.seed,
        )?,
        latents: latents.map(Arc::new),
        ..SampleOptions::default()
    };
    let batches = sampler.batches(&options)?;
    let image = sampler.signature().image;
    let mut writer = output.open(options.count, image, &GridOptions::default())?;
    warn_of_truncation(arguments.truncation);
    let interrupt = Interrupt::listen()?;
    for images in batches {
        writer.add(&images?)?;
        if interrupt.came() {
            return Ok(Done::Interrupted);
        }
    }
    writer.finish()?;
    Ok(Done::Finished)
}

/// Classes that an error lists at most.
const NAMED: usize = 20;

/// The number of a class given by its name or number.
pub(super) fn class_number(class: &str, names: &[String]) -> Result<usize, CliError> {
    if let Some(number) = names.iter().position(|name| name == class) {
        return Ok(number);
    }
    class.parse().map_err(|_| {
        let known = match names {
            [] => "none, it is unconditional".to_owned(),
            [named @ .., _] if named.len() >= NAMED => {
                format!(
                    "{} and others, {} in all",
                    names[..NAMED].join(", "),
                    names.len()
                )
            }
            names => names.join(", "),
        };
        CliError::Usage(format!("the model has no class `{class}`; it has {known}"))
    })
}
