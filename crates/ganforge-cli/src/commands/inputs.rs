//! The inputs of an image-to-image model, from a dataset.

use std::sync::Arc;

use ganforge_data::{DataOptions, DataSpec, Dataset};
use ganforge_infer::{Images, Sampler};

use super::warn_of_skipped;
use crate::error::CliError;

/// The first `count` images of a dataset, or all of fewer, at the size of the model and prepared as in training.
pub fn inputs(
    sampler: &Sampler,
    spec: Option<&DataSpec>,
    count: usize,
    seed: u64,
) -> Result<Option<Arc<Images>>, CliError> {
    let Some(spec) = spec else {
        return Ok(None);
    };
    let image = sampler.signature().image;
    let options = DataOptions {
        size: (!image.is_point()).then_some([image.height, image.width]),
        channels: (!image.is_point()).then_some(image.channels),
        ..DataOptions::default()
    };
    let dataset = Dataset::open(spec, &options)?;
    warn_of_skipped(dataset.skipped());
    let first: Vec<usize> = (0..dataset.len().min(count)).collect();
    let images = Images::new(image, dataset.gather(&first)?.images)?;
    Ok(Some(Arc::new(sampler.prepare_inputs(&images, seed)?)))
}
