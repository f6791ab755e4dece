//! `ganforge sample`

use ganforge_infer::{GridOptions, Output, SampleOptions, Sampler};

use crate::arguments::SampleArguments;
use crate::error::{CliError, Done};
use crate::runs::model_file;

/// Draws images from a model file.
pub fn sample(arguments: &SampleArguments) -> Result<Done, CliError> {
    // Where the images go is settled before any is computed.
    let output = Output::at(&arguments.output)?;
    let path = model_file(&arguments.model)?;
    let (_, device) = arguments.device.open()?;
    let sampler = Sampler::open(path, &device)?;
    let class = arguments
        .class
        .as_deref()
        .map(|class| class_number(class, &sampler.card().classes))
        .transpose()?;
    let images = sampler.sample(&SampleOptions {
        count: arguments.count,
        seed: arguments.seed,
        class,
        truncation: arguments.truncation,
        ..SampleOptions::default()
    })?;
    output.write(&images, &GridOptions::default())?;
    Ok(Done::Finished)
}

/// A class by its name, else by its number.
pub(super) fn class_number(class: &str, names: &[String]) -> Result<usize, CliError> {
    if let Some(number) = names.iter().position(|name| name == class) {
        return Ok(number);
    }
    class.parse().map_err(|_| {
        let known = match names {
            [] => "none, it is unconditional".to_owned(),
            names => names.join(", "),
        };
        CliError::Usage(format!("the model has no class `{class}`; it has {known}"))
    })
}
