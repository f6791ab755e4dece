//! The images that `encode` and `reconstruct` read.

use std::path::Path;

use ganforge_data::Dataset;
use ganforge_infer::Encoder;

use super::model_data::{Domain, ModelData, data_options};
use crate::arguments::EncodedArguments;
use crate::error::CliError;

/// Opens the images at the size of a model, prepared as in its training, with labels where the data have some.
pub fn encoded_data(
    arguments: &EncodedArguments,
    model: &Path,
    encoder: &Encoder,
) -> Result<Dataset, CliError> {
    let image = encoder.signature().image;
    let data = ModelData {
        skip: arguments.skip,
        labels: true,
        ..ModelData::new(&arguments.data, arguments.split.into(), image)
    };
    data.open(&data_options(model, Domain::First)?)
}
