//! `ganforge arithmetic`

use ganforge_infer::{ArithmeticOptions, Sampler};

use super::sample::class_number;
use crate::arguments::ArithmeticArguments;
use crate::error::{CliError, Done};
use crate::runs::model_file;

/// Adds and subtracts mean latents, and draws the images of every part.
pub fn arithmetic(arguments: &ArithmeticArguments) -> Result<Done, CliError> {
    let output = &arguments.output;
    if !output
        .extension()
        .is_some_and(|name| name.eq_ignore_ascii_case("png"))
    {
        return Err(CliError::Usage(format!(
            "cannot write {}; arithmetic draws one picture, a .png file",
            output.display()
        )));
    }
    let path = model_file(&arguments.model)?;
    let (_, device) = arguments.device.open()?;
    let sampler = Sampler::open_on(path, &device)?;
    let class = arguments
        .class
        .as_deref()
        .map(|class| class_number(class, &sampler.card().classes))
        .transpose()?;
    let options = ArithmeticOptions {
        class,
        ..ArithmeticOptions::new(arguments.concepts.0.as_slice(), arguments.seed)
    };
    sampler.arithmetic(&options)?.write_picture(output)?;
    Ok(Done::Finished)
}
