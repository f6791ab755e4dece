//! A baseline: real images measured in place of samples, which is what a perfect model would score.

use ganforge_data::{DataError, Dataset, Split};
use ganforge_eval::{Evaluator, MetricName, Part};

use crate::error::MeasureError;
use crate::reference_data::{ReferenceData, add, every_nth, name};
use crate::request::Request;

/// Real images that are measured in place of samples; none of them is in the reference.
///
/// ```
/// use ganforge_data::{DataOptions, DataSpec};
/// use ganforge_eval::{ImageShape, MetricName};
/// use ganforge_measure::{ReferenceData, Request, burn::tensor::Device};
///
/// let image = ImageShape { channels: 1, height: 8, width: 8 };
/// let reference = ReferenceData::new(&DataSpec::Digits, image, &DataOptions::default())?;
/// let request = Request::new(200, 0).metrics([MetricName::Precision]);
/// let mut evaluator = reference.evaluator(&request, &Device::flex())?;
/// reference.fill(&mut evaluator, &request, |_, _, _| ())?;
/// reference.baseline(&request)?.fill(&mut evaluator, |_, _, _| ())?;
/// let figures = evaluator.figures(|_| ())?;
/// assert!(figures.found[&MetricName::Precision].value > 0.5);
/// # Ok::<(), ganforge_measure::MeasureError>(())
/// ```
#[derive(Debug, Clone)]
pub struct BaselineImages {
    /// The split they come from: `train` or `test`.
    pub split: &'static str,
    dataset: Dataset,
    chosen: Vec<usize>,
}

impl BaselineImages {
    /// Replaces the samples of an evaluator by these images. `progress` is called with the part, the images added so far, and their total.
    ///
    /// # Errors
    /// Data that cannot be read.
    pub fn fill(
        &self,
        evaluator: &mut Evaluator,
        progress: impl FnMut(Part, usize, usize),
    ) -> Result<(), MeasureError> {
        evaluator.clear(Part::Samples);
        add(
            evaluator,
            Part::Samples,
            &self.dataset,
            &self.chosen,
            progress,
        )
    }
}

impl ReferenceData<'_> {
    /// Whether a baseline of this metric is informative. `nearest` already contains its own, `diversity` reports one as a detail, and `parzen` would score test images
    /// under themselves.
    #[must_use]
    pub fn has_baseline(metric: MetricName) -> bool {
        !matches!(
            metric,
            MetricName::Nearest | MetricName::Diversity | MetricName::Parzen
        )
    }

    /// Chooses as many real images as the request has samples, none of which is in the reference: from the other split, or from the same one where the data
    /// have only one.
    ///
    /// # Errors
    /// [`MeasureError::TooFewForBaseline`], or data that cannot be read.
    pub fn baseline(&self, request: &Request) -> Result<BaselineImages, MeasureError> {
        let (split, dataset, others) = self.others(request)?;
        if others.len() < request.samples {
            return Err(MeasureError::TooFewForBaseline {
                spec: self.spec.to_string(),
                samples: request.samples,
                left: others.len(),
            });
        }
        Ok(BaselineImages {
            split: name(split),
            dataset,
            chosen: every_nth(&others, request.samples),
        })
    }

    /// The images that are not in the reference, with their split.
    fn others(&self, request: &Request) -> Result<(Split, Dataset, Vec<usize>), MeasureError> {
        let other = match request.split {
            Split::Train => Split::Test,
            Split::Test => Split::Train,
        };
        match self.of_class(other, request.class.as_deref()) {
            Ok((dataset, all)) => Ok((other, dataset, all)),
            Err(MeasureError::Data(
                DataError::NoTestPart { .. } | DataError::NotFetched { .. },
            )) => {
                let (dataset, mut all) = self.of_class(request.split, request.class.as_deref())?;
                let (_, reference) = self.choose(Part::Reference, request)?;
                all.retain(|index| reference.binary_search(index).is_err());
                Ok((request.split, dataset, all))
            }
            Err(unreadable) => Err(unreadable),
        }
    }
}
