//! Real images in the place of samples: what a model that has learned the data would score.

use ganforge_data::{DataError, Dataset, Split};
use ganforge_eval::{Evaluator, MetricName, Part};

use super::real::{add, every_nth, name};
use super::{Asked, Real, RealError};

/// Which real images stand in for samples.
#[derive(Debug, Clone)]
pub struct StandIns {
    /// The part of the data they are of: `train` or `test`.
    pub split: &'static str,
    dataset: Dataset,
    chosen: Vec<usize>,
}

impl StandIns {
    /// Puts them in the place of an evaluator's samples. `watch` is told how many are in.
    ///
    /// # Errors
    /// Data that cannot be read.
    pub fn stand_in(
        &self,
        evaluator: &mut Evaluator,
        watch: impl FnMut(Part, usize, usize),
    ) -> Result<(), RealError> {
        evaluator.forget(Part::Samples);
        add(evaluator, Part::Samples, &self.dataset, &self.chosen, watch)
    }
}

impl Real<'_> {
    /// Whether real images in the place of samples say something: of `nearest` they stand in the figure already, of `diversity` beside it, and `parzen` would
    /// score test images under themselves.
    #[must_use]
    pub fn has_baseline(metric: MetricName) -> bool {
        !matches!(
            metric,
            MetricName::Nearest | MetricName::Diversity | MetricName::Parzen
        )
    }

    /// As many real images as there would be samples, none of which is in the reference: those of the other part of the data, or of the same part where there is
    /// one only.
    ///
    /// # Errors
    /// Too few such images, or data that cannot be read.
    pub fn stand_ins(&self, asked: &Asked) -> Result<StandIns, RealError> {
        let (split, dataset, others) = self.others(asked)?;
        if others.len() < asked.samples {
            return Err(RealError::FewStandIns {
                spec: self.spec.to_string(),
                samples: asked.samples,
                left: others.len(),
            });
        }
        Ok(StandIns {
            split: name(split),
            dataset,
            chosen: every_nth(&others, asked.samples),
        })
    }

    /// Real images that the reference lacks.
    fn others(&self, asked: &Asked) -> Result<(Split, Dataset, Vec<usize>), RealError> {
        let other = match asked.split {
            Split::Train => Split::Test,
            Split::Test => Split::Train,
        };
        match self.of_class(other, asked.class.as_deref()) {
            Ok((dataset, all)) => Ok((other, dataset, all)),
            Err(RealError::Data(DataError::NoTestPart { .. } | DataError::NotFetched { .. })) => {
                let (dataset, mut all) = self.of_class(asked.split, asked.class.as_deref())?;
                let (_, reference) = self.choose(Part::Reference, asked)?;
                all.retain(|index| reference.binary_search(index).is_err());
                Ok((asked.split, dataset, all))
            }
            Err(unreadable) => Err(unreadable),
        }
    }
}
