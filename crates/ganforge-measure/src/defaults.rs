//! Metrics and sample counts that suit a dataset.

use std::collections::BTreeSet;

use ganforge_data::{DataError, DataSpec, Split};
use ganforge_eval::metrics::frechet_fits;
use ganforge_eval::spaces::FeatureName;
use ganforge_eval::{EvalError, MetricName, Part};

use crate::error::MeasureError;
use crate::reference_data::ReferenceData;
use crate::request::Request;

/// The metrics that suit a dataset.
#[derive(Debug)]
pub struct DefaultMetrics {
    /// Their names.
    pub metrics: BTreeSet<MetricName>,
    /// Why the Fréchet distance is left out, if the images are too large for it.
    pub without_frechet: Option<EvalError>,
}

impl ReferenceData<'_> {
    /// The number of samples that published protocols use for such data: 2,500 for point mixtures, 26,000 for stacked digits, 10,000 otherwise.
    #[must_use]
    pub fn default_samples(&self) -> usize {
        match self.spec {
            _ if self.spec.mixture().is_some() => 2500,
            DataSpec::Stacked(_) => 26_000,
            _ => 10_000,
        }
    }

    /// The metrics that suit the data and the other fields of the request.
    ///
    /// ```
    /// # use ganforge_data::{DataOptions, DataSpec};
    /// # use ganforge_eval::{ImageShape, MetricName};
    /// # use ganforge_measure::{ReferenceData, Request};
    /// let options = DataOptions::default();
    /// let reference = ReferenceData::new(&DataSpec::Ring8, ImageShape::POINT, &options)?;
    /// let defaults = reference.default_metrics(&Request::new(reference.default_samples(), 0))?;
    /// assert!(defaults.metrics.contains(&MetricName::Modes));
    /// # Ok::<(), ganforge_measure::MeasureError>(())
    /// ```
    ///
    /// # Errors
    /// Data that cannot be read, or that lack the requested class.
    pub fn default_metrics(&self, request: &Request) -> Result<DefaultMetrics, MeasureError> {
        if self.spec.mixture().is_some() {
            let modes = [
                MetricName::Modes,
                MetricName::HighQuality,
                MetricName::ReverseKl,
            ];
            return Ok(DefaultMetrics {
                metrics: modes.into(),
                without_frechet: None,
            });
        }
        let fits = match request.features {
            FeatureName::Raw => {
                let (_, reference) = self.choose(Part::Reference, request)?;
                let images = request.samples.max(reference.len());
                frechet_fits(self.image.values(), images)
            }
            FeatureName::Digits | FeatureName::Inception => Ok(()),
        };
        let mut metrics = BTreeSet::from([MetricName::Kernel]);
        metrics.extend(fits.is_ok().then_some(MetricName::Frechet));
        if matches!(self.spec, DataSpec::Stacked(_)) {
            metrics.extend([MetricName::Modes, MetricName::ReverseKl]);
        } else {
            metrics.extend([
                MetricName::Precision,
                MetricName::Recall,
                MetricName::Density,
                MetricName::Coverage,
            ]);
            metrics.extend(
                self.finds_copies(request.features)?
                    .then_some(MetricName::Nearest),
            );
            metrics.extend(
                (request.features != FeatureName::Raw).then_some(MetricName::InceptionScore),
            );
        }
        Ok(DefaultMetrics {
            metrics,
            without_frechet: fits.err(),
        })
    }

    /// Whether `nearest` can be computed: there are held-out images, and the features are cheap enough for every training image.
    fn finds_copies(&self, features: FeatureName) -> Result<bool, MeasureError> {
        match self.open(Split::Test, false) {
            Ok(_) => Ok(features != FeatureName::Inception),
            Err(DataError::NoTestPart { .. } | DataError::NotFetched { .. }) => Ok(false),
            Err(damaged) => Err(damaged.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use ganforge_data::DataOptions;
    use ganforge_eval::ImageShape;

    use super::*;

    #[test]
    fn the_frechet_distance_is_a_default_if_it_fits_into_memory() {
        let defaults = |[channels, height, width]: [usize; 3], features, samples| {
            let image = ImageShape {
                channels,
                height,
                width,
            };
            let data = ReferenceData::new(&DataSpec::Digits, image, &DataOptions::default());
            let request = Request::new(samples, 0).features(features);
            data.unwrap().default_metrics(&request).unwrap()
        };
        let large = defaults([3, 64, 64], FeatureName::Raw, 10_000);
        assert!(!large.metrics.contains(&MetricName::Frechet));
        assert!(large.metrics.contains(&MetricName::Kernel));
        let reason = large.without_frechet.unwrap().to_string();
        assert!(reason.contains("12288 dimensions"), "{reason}");
        for (image, features, samples) in [
            ([3, 64, 64], FeatureName::Raw, 4096),
            ([3, 64, 64], FeatureName::Inception, 10_000),
            ([1, 64, 64], FeatureName::Raw, 50_000),
        ] {
            let found = defaults(image, features, samples);
            assert!(
                found.metrics.contains(&MetricName::Frechet) && found.without_frechet.is_none()
            );
        }
    }
}
