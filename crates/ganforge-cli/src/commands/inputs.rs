//! The inputs of an image-to-image model, from a dataset.

use std::path::Path;
use std::sync::Arc;

use ganforge_data::{DataSpec, Split};
use ganforge_infer::{Images, Sampler};

use super::model_data::{Domain, ModelData, data_options};
use crate::error::CliError;

/// The first `count` images of a dataset, or all of fewer, at the size of the model and prepared as in training.
pub fn inputs(
    sampler: &Sampler,
    model: &Path,
    spec: Option<&DataSpec>,
    count: usize,
    seed: u64,
) -> Result<Option<Arc<Images>>, CliError> {
    let Some(spec) = spec else {
        return Ok(None);
    };
    let image = sampler.signature().image;
    let data = ModelData::new(spec, Split::Train, image);
    let dataset = data.open(&data_options(model, Domain::First)?)?;
    let first: Vec<usize> = (0..dataset.len().min(count)).collect();
    let images = Images::new(image, dataset.gather(&first)?.images)?;
    Ok(Some(Arc::new(sampler.prepare_inputs(&images, seed)?)))
}
