//! The data that a command reads for a model: at the size of its images, prepared as in its training.

use std::path::Path;

use ganforge_data::{DataOptions, DataSpec, Dataset, ImageShape, Split};
use ganforge_measure::check_kind;
use ganforge_train::experiment::Experiment;
use ganforge_train::recipe::RecipeSource;

use super::warn_of_skipped;
use crate::error::CliError;

/// A domain of a model of two; a model of one has the first alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Domain {
    /// `[data]` of the recipe, of which a model that takes images takes its inputs.
    First,
    /// `[target]` where the recipe has one, else `[data]`: the domain of what a model generates.
    Second,
}

/// How images of a domain are prepared: by the recipe beside the model file, else by the defaults of the source.
pub fn data_options(model: &Path, domain: Domain) -> Result<DataOptions, CliError> {
    let recipe = model.with_file_name("recipe.toml");
    if !recipe.is_file() {
        return Ok(DataOptions::default());
    }
    let source = RecipeSource::find(&recipe.to_string_lossy())?;
    let Experiment { data, target, .. } = Experiment::parse(&source, &[])?;
    Ok(match (domain, target) {
        (Domain::Second, Some(target)) => target.options(),
        (Domain::First, _) | (Domain::Second, None) => data.options(),
    })
}

/// Data for images of a model.
#[derive(Debug, Clone, Copy)]
pub struct ModelData<'a> {
    /// What to open.
    pub spec: &'a DataSpec,
    /// Its split.
    pub split: Split,
    /// The shape that the images are brought to.
    pub image: ImageShape,
    /// Images that are left out at the start.
    pub skip: usize,
    /// Whether labels are read, where the data have some.
    pub labels: bool,
}

impl<'a> ModelData<'a> {
    /// A split without labels.
    pub fn new(spec: &'a DataSpec, split: Split, image: ImageShape) -> Self {
        Self {
            spec,
            split,
            image,
            skip: 0,
            labels: false,
        }
    }

    /// Opens the data, prepared by `options`, and warns of files that were skipped. Data of another kind than the model's images
    /// are refused.
    pub fn open(&self, options: &DataOptions) -> Result<Dataset, CliError> {
        check_kind(self.spec, self.image)?;
        let is_point = self.image.is_point();
        let options = DataOptions {
            size: (!is_point).then_some([self.image.height, self.image.width]),
            channels: (!is_point).then_some(self.image.channels),
            flip: false,
            labels: self.labels,
            split: self.split,
            skip: self.skip,
            take: None,
            ..options.clone()
        };
        let dataset = Dataset::open_with_labels_if_any(self.spec, &options)?;
        warn_of_skipped(dataset.skipped());
        Ok(dataset)
    }
}
