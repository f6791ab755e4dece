//! The metrics that a system has of its own, on images that training does not see.

use burn::tensor::Device;
use ganforge_data::{DataError, DataOptions, Dataset, Split};

use crate::error::{RecipeError, TrainError};
use crate::experiment::DataConfig;
use crate::recipe::Recipe;
use crate::system::{Shipped, System};

/// Images that the metrics of a system need: one is compared with another.
const FEWEST: usize = 2;

/// Measures the shipped networks of a run by [`System::measure`].
pub struct OwnMetrics<S> {
    system: S,
    test: Dataset,
    target: Option<Dataset>,
    /// Images of each domain that are measured at most.
    samples: usize,
    device: Device,
}

impl<S: System> OwnMetrics<S> {
    /// The metrics of a recipe with an `[evaluation]`; `None` without one, or if the system has none.
    ///
    /// # Errors
    /// Data without two images that training does not see.
    pub(crate) fn of(recipe: &Recipe<S>, device: &Device) -> Result<Option<Self>, TrainError> {
        let Recipe { experiment, system } = recipe;
        let Some(evaluation) = &experiment.evaluation else {
            return Ok(None);
        };
        if system.own_metrics().is_empty() {
            return Ok(None);
        }
        let target = experiment.target.as_ref();
        Ok(Some(Self {
            system: system.clone(),
            test: unseen("data", &experiment.data)?,
            target: target.map(|target| unseen("target", target)).transpose()?,
            samples: evaluation.samples,
            device: device.clone(),
        }))
    }

    /// The values by name.
    ///
    /// # Errors
    /// As [`System::measure`].
    pub(crate) fn measure(
        &self,
        shipped: &Shipped<S>,
    ) -> Result<impl Iterator<Item = (String, f64)> + use<S>, TrainError> {
        let Self {
            system,
            test,
            target,
            samples,
            device,
        } = self;
        let values: Vec<(&str, f64)> = if let Some(target) = target {
            system.measure_domains(shipped, [test, target], *samples, device)?
        } else {
            let values = system.measure(shipped, test, device)?;
            system.own_metrics().iter().copied().zip(values).collect()
        };
        let values = values.into_iter();
        Ok(values.map(|(name, value)| (name.to_owned(), value)))
    }
}

/// The test part of the data in a table of a recipe, with labels if the data have them; where there is none, the images after
/// those that training takes.
fn unseen(table: &'static str, data: &DataConfig) -> Result<Dataset, TrainError> {
    let part = |split| DataOptions {
        labels: true,
        flip: false,
        split,
        ..data.options()
    };
    let test = DataOptions {
        skip: 0,
        take: None,
        ..part(Split::Test)
    };
    let test = Dataset::open_with_labels_if_any(&data.source, &test);
    let Err(DataError::NoTestPart { .. }) = test else {
        let test = test?;
        if test.len() < FEWEST {
            let allowed =
                format!("data whose test part has {FEWEST} images or more, for [evaluation]");
            let source = data.source.to_string();
            return Err(RecipeError::value(format!("{table}.source"), source, allowed).into());
        }
        return Ok(test);
    };
    let Some(taken) = data.take else {
        return Err(TrainError::NoTestImages { table });
    };
    let rest = DataOptions {
        skip: data.skip + taken,
        take: None,
        ..part(Split::Train)
    };
    let rest = Dataset::open_with_labels_if_any(&data.source, &rest);
    let left = match &rest {
        Ok(rest) => rest.len(),
        Err(DataError::Option { key: "skip", .. }) => 0,
        Err(_) => return Ok(rest?),
    };
    if left >= FEWEST {
        return Ok(rest?);
    }
    let most = (taken + left).saturating_sub(FEWEST);
    let allowed = format!(
        "{most} or less, for [evaluation] measures {FEWEST} images or more that training does not see"
    );
    Err(RecipeError::value(format!("{table}.take"), taken, allowed).into())
}
