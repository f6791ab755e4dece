//! The datasets of a run.

use ganforge_data::{BatchStream, DataError, Dataset};

use crate::experiment::Experiment;
use crate::system::{Latents, Loader};

/// The datasets of a run: most systems have one.
///
/// ```
/// use ganforge_data::{DataOptions, DataSpec, Dataset};
/// use ganforge_train::TrainingData;
///
/// let digits = Dataset::open(&DataSpec::Digits, &DataOptions::new())?;
/// let data = TrainingData::from(&digits);
/// assert_eq!(data.fingerprint(), digits.fingerprint());
/// # Ok::<(), ganforge_data::DataError>(())
/// ```
#[derive(Clone)]
pub struct TrainingData {
    /// `[data]`.
    pub images: Dataset,
    /// `[target]`, for a system of two domains.
    pub target: Option<Dataset>,
    /// The labelled part of `[data]`, for a semi-supervised system.
    pub labelled: Option<Dataset>,
}

impl TrainingData {
    /// Opens all that an experiment names.
    ///
    /// # Errors
    /// Data that cannot be opened, or too few images of a class for a labelled part.
    pub fn open(experiment: &Experiment) -> Result<Self, DataError> {
        let Experiment { data, target, .. } = experiment;
        let images = Dataset::open(&data.source, &data.options())?;
        let target = target.as_ref();
        let target = target.map(|target| {
            let opened = Dataset::open(&target.source, &target.options());
            opened.map_err(|error| DataError::Target(Box::new(error)))
        });
        let labelled = data
            .labelled
            .map(|per_class| images.labelled_part(per_class, experiment.run.seed));
        Ok(Self {
            target: target.transpose()?,
            labelled: labelled.transpose()?,
            images,
        })
    }

    /// Identifies the data: that of the images, followed by those of the other parts.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let parts = [
            Some(&self.images),
            self.target.as_ref(),
            self.labelled.as_ref(),
        ];
        let parts: Vec<&str> = parts
            .into_iter()
            .flatten()
            .map(Dataset::fingerprint)
            .collect();
        parts.join("+")
    }

    /// Streams of all parts from a round on, each in an order of its own.
    ///
    /// # Errors
    /// A system that refuses a thread.
    pub(super) fn loader<'a>(
        &self,
        latents: &'a Latents,
        first_round: u64,
        has_second: bool,
    ) -> Result<Loader<'a>, DataError> {
        let Latents { batch, seed, .. } = *latents;
        let stream = |dataset: &Dataset, purpose| {
            // A labelled part may be smaller than a batch.
            let batch = batch.min(dataset.len());
            BatchStream::with_purpose(dataset.clone(), batch, seed, purpose, first_round)
        };
        let mut loader = Loader::new(stream(&self.images, "")?, latents);
        if has_second {
            loader.second = Some(Box::new(stream(&self.images, "second")?));
        }
        if let Some(target) = &self.target {
            loader.target = Some(Box::new(stream(target, "target")?));
        }
        if let Some(labelled) = &self.labelled {
            loader.labelled = Some(Box::new(stream(labelled, "labelled")?));
        }
        Ok(loader)
    }
}

impl From<&Dataset> for TrainingData {
    fn from(images: &Dataset) -> Self {
        Self {
            images: images.clone(),
            target: None,
            labelled: None,
        }
    }
}

impl From<&Self> for TrainingData {
    fn from(data: &Self) -> Self {
        data.clone()
    }
}
