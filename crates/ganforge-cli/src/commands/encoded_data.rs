//! The images that `encode` and `reconstruct` read.

use std::path::Path;

use ganforge_data::{DataError, DataOptions, Dataset};
use ganforge_infer::Encoder;
use ganforge_measure::MeasureError;

use super::evaluate::data_options;
use super::warn_of_skipped;
use crate::arguments::EncodedArguments;
use crate::error::CliError;

/// Opens the images at the size of a model, prepared as in its training, with labels where the data have some.
pub fn encoded_data(
    arguments: &EncodedArguments,
    model: &Path,
    encoder: &Encoder,
) -> Result<Dataset, CliError> {
    let image = encoder.signature().image;
    let trained = data_options(model)?;
    let options = DataOptions {
        size: (!image.is_point()).then_some([image.height, image.width]),
        channels: (!image.is_point()).then_some(image.channels),
        resize: trained.resize,
        background: trained.background,
        max_pixels: trained.max_pixels,
        memory_limit: trained.memory_limit,
        labels: true,
        split: arguments.split.into(),
        skip: arguments.skip,
        ..DataOptions::default()
    };
    let labelled = Dataset::open(&arguments.data, &options);
    let dataset = match labelled {
        Err(DataError::NoLabels { .. }) => {
            let options = DataOptions {
                labels: false,
                ..options
            };
            Dataset::open(&arguments.data, &options)?
        }
        labelled => labelled?,
    };
    if dataset.shape() != image {
        let made_of = if dataset.shape().is_point() {
            "points in the plane"
        } else {
            "images"
        };
        return Err(CliError::from(MeasureError::Kind {
            image: image.to_string(),
            spec: arguments.data.to_string(),
            made_of,
        }));
    }
    warn_of_skipped(dataset.skipped());
    Ok(dataset)
}
