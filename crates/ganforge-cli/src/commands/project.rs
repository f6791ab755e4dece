//! `ganforge project`

use ganforge_data::read_image;
use ganforge_infer::{GridOptions, Images, Output, Projection, ProjectionOptions, Sampler};
use serde::Serialize;

use super::model_data::{Domain, data_options};
use super::sample::class_number;
use super::{print, print_json};
use crate::arguments::ProjectArguments;
use crate::error::{CliError, Done};
use crate::format::number;
use crate::runs::model_file;
use crate::signals::Interrupt;

/// What `--json` prints.
#[derive(Serialize)]
struct Report {
    model: String,
    image: String,
    /// Root mean squared difference of pixels, in [-1, 1].
    error: f64,
    /// The same of every start.
    errors: Vec<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<String>,
}

/// Finds the latent of an image.
pub fn project(arguments: &ProjectArguments) -> Result<Done, CliError> {
    let output = Output::at(&arguments.output)?;
    if matches!(output, Output::Files(_)) {
        return Err(CliError::Usage(format!(
            "cannot write {}; project writes a pair.png or a latent.npy",
            arguments.output.display()
        )));
    }
    let path = model_file(&arguments.model)?;
    let (_, device) = arguments.device.open()?;
    let sampler = Sampler::open_on(&path, &device)?;
    let classes = &sampler.signature().classes;
    let class = arguments.class.as_deref();
    let class = class
        .map(|class| class_number(class, classes))
        .transpose()?;
    let shape = sampler.signature().image;
    let pixels = read_image(
        &arguments.image,
        shape,
        &data_options(&path, Domain::Second)?,
    )?;
    let image = Images::new(shape, pixels)?;
    let options = ProjectionOptions {
        starts: arguments.starts,
        steps: arguments.steps,
        seed: arguments.seed,
        class,
        ..ProjectionOptions::default()
    };
    let interrupt = Interrupt::listen()?;
    let found = sampler.project(&image, &options, |_| !interrupt.came())?;
    if interrupt.came() {
        return Ok(Done::Interrupted);
    }
    match &output {
        Output::Array(path) => found.latent.write_npy(path)?,
        Output::Grid(_) | Output::Files(_) => {
            let pair = [image.data(), found.image.data()].concat();
            let grid = GridOptions {
                columns: Some(2),
                ..GridOptions::default()
            };
            output.write(&Images::new(shape, pair)?, &grid)?;
        }
    }
    report(arguments, &sampler, found)?;
    Ok(Done::Finished)
}

fn report(
    arguments: &ProjectArguments,
    sampler: &Sampler,
    found: Projection,
) -> Result<(), CliError> {
    let class = found
        .class
        .map(|class| sampler.signature().classes[class].clone());
    if arguments.json {
        return print_json(&Report {
            model: sampler.card().recipe.clone(),
            image: arguments.image.display().to_string(),
            error: found.error,
            errors: found.errors,
            class,
        });
    }
    let class = class
        .map(|class| format!(" of class {class}"))
        .unwrap_or_default();
    print(&format!(
        "nearest image{class}: root mean squared difference {} in [-1, 1], the best of {} starts\n",
        number(found.error),
        found.errors.len()
    ))
}
