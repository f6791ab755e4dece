//! `ganforge features`

use ganforge_data::Split;
use ganforge_infer::{Features, Images, Output, Vectors};

use super::model_data::{Domain, ModelData, data_options};
use crate::arguments::FeaturesArguments;
use crate::error::{CliError, Done};
use crate::runs::model_file;
use crate::signals::Interrupt;

/// Images that are decoded at a time.
const BATCH: usize = 512;

/// Writes the features of a dataset, one row per image, computed by the discriminator that a model ships.
pub fn features(arguments: &FeaturesArguments) -> Result<Done, CliError> {
    let Ok(Output::Array(output)) = Output::at(&arguments.output) else {
        return Err(CliError::Usage(format!(
            "cannot write features to {}; accepted: a .npy file",
            arguments.output.display()
        )));
    };
    let path = model_file(&arguments.model)?;
    let (_, device) = arguments.device.open()?;
    let features = Features::open(&path, &device).map_err(|error| match error {
        ganforge_infer::InferError::File { source, .. } => CliError::System(format!(
            "{}: {source}; train with --ship-discriminator, or resume the run with it",
            path.display()
        )),
        other => other.into(),
    })?;
    let image = features.image();
    let data = ModelData::new(&arguments.data, Split::from(arguments.split), image);
    let dataset = data.open(&data_options(&path, Domain::First)?)?;
    let count = dataset.len().min(arguments.count.unwrap_or(usize::MAX));
    let indices: Vec<usize> = (0..count).collect();
    let interrupt = Interrupt::listen()?;
    let mut rows: Option<Vectors> = None;
    for indices in indices.chunks(BATCH) {
        let images = Images::new(image, dataset.gather(indices)?.images)?;
        let batch = features.compute(&images)?;
        match &mut rows {
            Some(rows) => rows.extend(&batch)?,
            None => rows = Some(batch),
        }
        if interrupt.came() {
            return Ok(Done::Interrupted);
        }
    }
    if let Some(rows) = rows {
        rows.write_npy(output)?;
    }
    Ok(Done::Finished)
}
