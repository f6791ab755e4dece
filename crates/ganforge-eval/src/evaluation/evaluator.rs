//! The evaluator: images in, figures out.

use std::collections::BTreeMap;

use ganforge_core::ImageShape;

use super::check;
use super::config::{EvaluatorConfig, ProtocolContext};
use super::figures::{Figures, SingularCovariance};
use super::metric_name::MetricName;
use super::mode_source::ModeSource;
use super::part::Part;
use super::part_data::{self, PartData};
use crate::error::EvalError;
use crate::figure::Figure;
use crate::metrics::{
    KernelEstimator, Modes, NearestK, PARZEN_GRID, Prdc, diversity, inception_score, kernel,
    ms_ssim_scales, nearest_training, parzen, prdc,
};
use crate::protocol::{Metric, Protocol};

/// Computes metrics of samples from images.
///
/// It takes the images of every [`Part`] that its metrics need, batch by batch, and returns a [`Figure`] for every metric. Real images are kept as features, so
/// one evaluator measures one set of samples after another: [`clear`](Self::clear) the old samples and add the new ones.
///
/// ```
/// use ganforge_eval::{Evaluator, EvaluatorConfig, ImageShape, MetricName, Part};
///
/// let shape = ImageShape { channels: 1, height: 2, width: 2 };
/// // 100 images.
/// let images = |offset: usize| -> Vec<f32> {
///     (0..400).map(|i| ((i * 37 + offset) % 101) as f32 / 50.5 - 1.0).collect()
/// };
/// let config = EvaluatorConfig::new(shape, [MetricName::Frechet, MetricName::Recall]);
/// let mut evaluator = Evaluator::new(config)?;
/// evaluator.add(Part::Reference, images(0))?;
/// evaluator.add(Part::Samples, images(5))?;
///
/// let figures = evaluator.figures(|_| ())?;
/// assert!(figures.found[&MetricName::Frechet].value < 0.1);
/// assert_eq!(figures.found[&MetricName::Recall].protocol.samples, 100);
/// # Ok::<(), ganforge_eval::EvalError>(())
/// ```
#[derive(Debug)]
pub struct Evaluator {
    config: EvaluatorConfig,
    /// Dimensions of the feature space.
    dimensions: usize,
    parts: BTreeMap<Part, PartData>,
}

/// Splits of the Inception score, as in the paper.
const SPLITS: usize = 10;

/// Pairs of samples that diversity averages over.
pub(super) const PAIRS: usize = 2000;

impl Evaluator {
    /// An evaluator without images.
    ///
    /// # Errors
    /// A metric that such data do not admit, or images of a size that the feature space does not take.
    pub fn new(config: EvaluatorConfig) -> Result<Self, EvalError> {
        let dimensions = config.space.dimensions(config.image)?;
        check::check(&config, dimensions)?;
        let needed = config.metrics.iter().flat_map(|metric| metric.parts());
        let parts = needed.copied().chain([Part::Samples]);
        let empty = |part| (part, PartData::new(&config, dimensions, part));
        Ok(Self {
            parts: parts.map(empty).collect(),
            dimensions,
            config,
        })
    }

    /// The parts that the metrics need, the samples first.
    pub fn parts(&self) -> impl Iterator<Item = Part> {
        self.parts.keys().copied()
    }

    /// The metrics.
    pub fn metrics(&self) -> impl Iterator<Item = MetricName> {
        self.config.metrics.iter().copied()
    }

    /// Drops the metrics for which `wanted` returns false.
    pub fn retain(&mut self, wanted: impl FnMut(&MetricName) -> bool) {
        self.config.metrics.retain(wanted);
    }

    /// Adds images to a part. Images of a part that no metric needs are ignored. Batches of a few hundred suit the feature networks.
    ///
    /// # Shapes
    /// `pixels`: `[images, channels, height, width]` in [-1, 1], or points in their own coordinates.
    ///
    /// # Errors
    /// Pixels that do not divide into images or are not finite, or a device that fails.
    pub fn add(&mut self, part: Part, pixels: Vec<f32>) -> Result<(), EvalError> {
        match self.parts.get_mut(&part) {
            Some(data) => data.add(&self.config, pixels),
            None => Ok(()),
        }
    }

    /// Removes the images of a part.
    pub fn clear(&mut self, part: Part) {
        if let Some(data) = self.parts.get_mut(&part) {
            data.clear();
        }
    }

    /// A figure for every metric that has a value. `before` is called before each metric is computed.
    ///
    /// # Errors
    /// Too few images or other invalid input of a metric, or no metric has a value.
    pub fn figures(&self, before: impl FnMut(MetricName)) -> Result<Figures, EvalError> {
        let mut figures = Figures {
            singular: self.singular(),
            ..Figures::default()
        };
        for (metric, outcome) in self.outcomes(before) {
            match outcome {
                Ok(figure) => {
                    figures.found.insert(metric, figure);
                }
                Err(without @ EvalError::NoValue { .. }) => figures.without.push(without),
                Err(other) => return Err(other),
            }
        }
        match (figures.found.is_empty(), figures.without.pop()) {
            (true, Some(without)) => Err(without),
            (_, last) => {
                figures.without.extend(last);
                Ok(figures)
            }
        }
    }

    /// The result of each metric, computed lazily: a figure, or why there is none. `before` is called before each metric is computed.
    pub fn outcomes(
        &self,
        mut before: impl FnMut(MetricName),
    ) -> impl Iterator<Item = (MetricName, Result<Figure, EvalError>)> {
        let mut overlap = None;
        self.config.metrics.iter().map(move |&metric| {
            before(metric);
            (metric, self.figure(metric, &mut overlap))
        })
    }

    /// `known` caches the result that four metrics share.
    fn figure(&self, metric: MetricName, known: &mut Option<Prdc>) -> Result<Figure, EvalError> {
        let protocol = self.protocol(metric);
        let EvaluatorConfig {
            image,
            context: ProtocolContext { seed, .. },
            ..
        } = self.config;
        let samples = self.part(Part::Samples);
        let features = |part| self.part(part).features();
        let exact = |value| Ok(Figure::exact(value, protocol.clone()));
        let estimated = |estimate| Ok(Figure::estimated(estimate, protocol.clone()));
        let no_value = |reason| EvalError::NoValue {
            metric: metric.name(),
            reason,
        };
        match metric {
            MetricName::Frechet => exact(samples.frechet(self.part(Part::Reference))?),
            MetricName::Kernel => estimated(kernel(
                samples.features(),
                features(Part::Reference),
                KernelEstimator::AllPairs,
                seed,
            )?),
            MetricName::Precision => exact(self.prdc(known)?.precision),
            MetricName::Recall => exact(self.prdc(known)?.recall),
            MetricName::Density => exact(self.prdc(known)?.density),
            MetricName::Coverage => exact(self.prdc(known)?.coverage),
            MetricName::InceptionScore => {
                estimated(inception_score(samples.probabilities(), SPLITS)?)
            }
            MetricName::Parzen => {
                let [samples, validation, test] = [Part::Samples, Part::Validation, Part::Test]
                    .map(|part| self.part(part).unit_pixels());
                let found = parzen(&samples?, &validation?, &test?, &PARZEN_GRID)?;
                estimated(found.nats).map(|figure| figure.with("sigma", found.sigma))
            }
            MetricName::Modes => exact(self.modes(metric)?.found as f64),
            MetricName::HighQuality => exact(self.modes(metric)?.high_quality),
            MetricName::ReverseKl => match self.modes(metric)?.reverse_kl {
                Some(divergence) if divergence.is_finite() => exact(divergence),
                Some(_) => Err(no_value(
                    "it is infinite, for samples have a mode that no real image has; name data of all modes",
                )),
                None => Err(no_value("no sample belongs to a mode")),
            },
            MetricName::Nearest => {
                let (held_out, training) = (features(Part::HeldOut), features(Part::Training));
                let nearest = nearest_training(samples.features(), held_out, training)?;
                let copies = "most held-out images are training images themselves";
                let ratio = nearest.ratio().ok_or_else(|| no_value(copies))?;
                let figure = Figure::exact(ratio, protocol)
                    .with("samples-median", nearest.samples.median)
                    .with("held-out-median", nearest.held_out.median);
                Ok(figure.with("suspicious", nearest.suspicious))
            }
            MetricName::Diversity => {
                let reference = self.part(Part::Reference);
                let [found, real] =
                    [samples, reference].map(|part| diversity(part.pixels(), image, PAIRS, seed));
                Ok(Figure::estimated(found?, protocol).with("real", real?.value))
            }
        }
    }

    /// The warning about a singular covariance, if the Fréchet distance is measured.
    fn singular(&self) -> Option<SingularCovariance> {
        let count = |part| self.parts.get(&part).map_or(0, PartData::count);
        let found = SingularCovariance {
            samples: count(Part::Samples),
            reference: count(Part::Reference),
            dimensions: self.dimensions,
        };
        let measured = self.config.metrics.contains(&MetricName::Frechet);
        (measured && found.samples.min(found.reference) <= self.dimensions).then_some(found)
    }

    fn prdc(&self, known: &mut Option<Prdc>) -> Result<Prdc, EvalError> {
        if let Some(known) = known {
            return Ok(*known);
        }
        let (samples, reference) = (self.part(Part::Samples), self.part(Part::Reference));
        let found = prdc(
            samples.features(),
            reference.features(),
            NearestK::default(),
        )?;
        Ok(*known.insert(found))
    }

    fn modes(&self, metric: MetricName) -> Result<Modes, EvalError> {
        let samples = self.part(Part::Samples);
        let source = self.config.modes.as_ref();
        let source = source.ok_or_else(|| check::no_modes(metric))?;
        source.modes(samples.pixels(), samples.classes())
    }

    /// The protocol of a metric, from the images added so far. The number of samples is the expected one if none were added.
    #[must_use]
    pub fn protocol(&self, metric: MetricName) -> Protocol {
        let rows = |part| self.parts.get(&part).map_or(0, PartData::count);
        let modes = self.config.modes.as_ref();
        let (of, within) = modes.map_or((0, None), |modes| (modes.count(), modes.within()));
        let reach = NearestK::default();
        let ImageShape { height, width, .. } = self.config.image;
        let metric_with_parameters = match metric {
            MetricName::Frechet => Metric::Frechet,
            MetricName::Kernel => Metric::Kernel {
                estimator: KernelEstimator::AllPairs,
            },
            MetricName::Precision => Metric::Precision { k: reach.precision },
            MetricName::Recall => Metric::Recall { k: reach.precision },
            MetricName::Density => Metric::Density { k: reach.density },
            MetricName::Coverage => Metric::Coverage { k: reach.density },
            MetricName::InceptionScore => Metric::InceptionScore { splits: SPLITS },
            MetricName::Parzen => Metric::Parzen {
                validation: rows(Part::Validation),
                grid: PARZEN_GRID.to_vec(),
            },
            MetricName::Modes => Metric::Modes { of, within },
            MetricName::HighQuality => Metric::HighQuality { of, within },
            MetricName::ReverseKl => Metric::ReverseKl { of, within },
            MetricName::Nearest => Metric::Nearest {
                training: rows(Part::Training),
                held_out: rows(Part::HeldOut),
            },
            MetricName::Diversity => Metric::Diversity {
                pairs: PAIRS,
                scales: ms_ssim_scales(height, width),
            },
        };
        let ProtocolContext {
            data,
            split,
            resize,
            seed,
            sampling,
        } = self.config.context.clone();
        let (reference, split) = match metric.parts() {
            [Part::Reference] => (rows(Part::Reference), split),
            [Part::Training, ..] => (rows(Part::Training), "train".into()),
            [_, Part::Test] => (rows(Part::Test), "test".into()),
            _ => match modes.map_or(0, ModeSource::reference) {
                reference if metric == MetricName::ReverseKl && reference > 0 => (reference, split),
                _ => (0, "none".into()),
            },
        };
        let (features, network_resize) = part_data::features_of(metric, &self.config);
        let resize: Vec<String> = resize.into_iter().chain(network_resize).collect();
        let digests = metric
            .parts()
            .iter()
            .filter_map(|part| self.parts.get(part)?.digest());
        let counted = modes.filter(|_| metric == MetricName::ReverseKl);
        let digests = digests.chain(counted.and_then(ModeSource::digest));
        let digests: Vec<String> = digests.collect();
        Protocol {
            metric: metric_with_parameters,
            features,
            samples: match rows(Part::Samples) {
                0 => self.config.samples,
                count => count,
            },
            reference,
            data,
            split,
            digest: (!digests.is_empty()).then(|| digests.join("+")),
            resize: (!resize.is_empty()).then(|| resize.join(", ")),
            seed,
            sampling,
        }
    }

    /// The data of a part; `new` made every part that a metric needs.
    fn part(&self, part: Part) -> &PartData {
        &self.parts[&part]
    }
}
