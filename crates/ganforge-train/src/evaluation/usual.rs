//! What is measured of data where nothing else is asked for.

use std::collections::BTreeSet;

use ganforge_data::{DataError, DataSpec, Split};
use ganforge_eval::spaces::FeatureName;
use ganforge_eval::{EvalError, MetricName, Part, frechet_fits};

use super::{Asked, Real, RealError};

/// The metrics that fit the data.
#[derive(Debug)]
pub struct Usual {
    /// Their names.
    pub metrics: BTreeSet<MetricName>,
    /// Why the Fréchet distance is not among them, where images are too large for it.
    pub without_frechet: Option<EvalError>,
}

impl Real<'_> {
    /// How many samples the protocols of such data take.
    #[must_use]
    pub fn usual_samples(&self) -> usize {
        match self.spec {
            DataSpec::Ring8 | DataSpec::Grid25 => 2500,
            DataSpec::Stacked(_) => 26_000,
            _ => 10_000,
        }
    }

    /// The metrics that fit the data and what is asked besides.
    ///
    /// # Errors
    /// Data that cannot be read, or lack the class that is asked for.
    pub fn usual_metrics(&self, asked: &Asked) -> Result<Usual, RealError> {
        if matches!(self.spec, DataSpec::Ring8 | DataSpec::Grid25) {
            let modes = [
                MetricName::Modes,
                MetricName::HighQuality,
                MetricName::ReverseKl,
            ];
            return Ok(Usual {
                metrics: modes.into(),
                without_frechet: None,
            });
        }
        let fits = match asked.features {
            FeatureName::Raw => {
                let (_, reference) = self.choose(Part::Reference, asked)?;
                let images = asked.samples.max(reference.len());
                frechet_fits(self.image.iter().product(), images)
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
                self.finds_copies(asked.features)?
                    .then_some(MetricName::Nearest),
            );
            metrics
                .extend((asked.features != FeatureName::Raw).then_some(MetricName::InceptionScore));
        }
        Ok(Usual {
            metrics,
            without_frechet: fits.err(),
        })
    }

    /// Whether there are held-out images, and features quick enough to see every training image.
    fn finds_copies(&self, features: FeatureName) -> Result<bool, RealError> {
        match self.open(Split::Test, false) {
            Ok(_) => Ok(features != FeatureName::Inception),
            Err(DataError::NoTestPart { .. } | DataError::NotFetched { .. }) => Ok(false),
            Err(damaged) => Err(damaged.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ganforge_data::DataOptions;

    use super::*;

    #[test]
    fn the_frechet_distance_is_usual_where_it_fits_into_memory() {
        let usual = |image, features, samples| {
            let real = Real::new(&DataSpec::Digits, image, &DataOptions::default()).unwrap();
            let asked = Asked {
                metrics: BTreeSet::new(),
                features,
                split: Split::Train,
                samples,
                reference: None,
                seed: 0,
                class: None,
                sampling: BTreeMap::new(),
            };
            real.usual_metrics(&asked).unwrap()
        };
        let large = usual([3, 64, 64], FeatureName::Raw, 10_000);
        assert!(!large.metrics.contains(&MetricName::Frechet));
        assert!(large.metrics.contains(&MetricName::Kernel));
        let reason = large.without_frechet.unwrap().to_string();
        assert!(reason.contains("12288 dimensions"), "{reason}");
        for (image, features, samples) in [
            ([3, 64, 64], FeatureName::Raw, 4096),
            ([3, 64, 64], FeatureName::Inception, 10_000),
            ([1, 64, 64], FeatureName::Raw, 50_000),
        ] {
            let usual = usual(image, features, samples);
            assert!(
                usual.metrics.contains(&MetricName::Frechet) && usual.without_frechet.is_none()
            );
        }
    }
}
