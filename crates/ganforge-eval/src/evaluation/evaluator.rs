//! The evaluator: images in, figures out.

use std::collections::BTreeMap;

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

/// Collects images, and measures them.
#[derive(Debug)]
pub struct Evaluator {
    config: EvaluatorConfig,
    /// Of the features.
    dimensions: usize,
    parts: BTreeMap<Part, PartData>,
}

/// The Inception score's parts, as in the paper.
const SPLITS: usize = 10;

/// Pairs of samples of which diversity is the mean.
pub(super) const PAIRS: usize = 2000;

impl Evaluator {
    /// An evaluator that has seen no image yet.
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

    /// The parts that the metrics take, the samples first.
    pub fn parts(&self) -> impl Iterator<Item = Part> {
        self.parts.keys().copied()
    }

    /// What is measured.
    pub fn metrics(&self) -> impl Iterator<Item = MetricName> {
        self.config.metrics.iter().copied()
    }

    /// Measures no more than some of its metrics from now on.
    pub fn retain(&mut self, wanted: impl FnMut(&MetricName) -> bool) {
        self.config.metrics.retain(wanted);
    }

    /// Adds images to a part; those of a part that no metric takes are passed over. A few hundred at a time are best where a network looks at them.
    ///
    /// # Shapes
    /// `pixels`: whole images `[channels, height, width]` in [-1, 1], or points in their own coordinates, one after the other.
    ///
    /// # Errors
    /// Numbers that do not divide into images, one that is infinite or none at all, or a device that fails.
    pub fn add(&mut self, part: Part, pixels: Vec<f32>) -> Result<(), EvalError> {
        match self.parts.get_mut(&part) {
            Some(data) => data.add(&self.config, pixels),
            None => Ok(()),
        }
    }

    /// Forgets the images of a part.
    pub fn clear(&mut self, part: Part) {
        if let Some(data) = self.parts.get_mut(&part) {
            data.clear();
        }
    }

    /// A figure for every metric that has a value. `before` is told of each before it is computed.
    ///
    /// # Errors
    /// Too few images for a metric, or what else a metric refuses; and if not one of them has a value.
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

    /// What every metric says by itself, computed as it is asked for: a figure, or why there is none. `before` is told of each before it is computed.
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

    /// `known` carries what four metrics share from one to the next.
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
                let [samples, validation, test] =
                    [Part::Samples, Part::Validation, Part::Test].map(|part| self.part(part).ink());
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

    /// Whether a covariance is of no more images than dimensions, where the Fréchet distance is asked for.
    fn singular(&self) -> Option<SingularCovariance> {
        let count = |part| self.parts.get(&part).map_or(0, PartData::count);
        let found = SingularCovariance {
            samples: count(Part::Samples),
            reference: count(Part::Reference),
            dimensions: self.dimensions,
        };
        let asked = self.config.metrics.contains(&MetricName::Frechet);
        (asked && found.samples.min(found.reference) <= self.dimensions).then_some(found)
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
        Ok(source.modes(samples.pixels(), samples.classes())?)
    }

    /// How the figure of a metric is obtained from what has been added so far, and from as many samples as there will be where none are in.
    #[must_use]
    pub fn protocol(&self, metric: MetricName) -> Protocol {
        let rows = |part| self.parts.get(&part).map_or(0, PartData::count);
        let modes = self.config.modes.as_ref();
        let (of, within) = modes.map_or((0, None), |modes| (modes.count(), modes.within()));
        let reach = NearestK::default();
        let [_, height, width] = self.config.image;
        let stated = match metric {
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
        let (features, enlarged) = part_data::features_of(metric, &self.config);
        let resize: Vec<String> = resize.into_iter().chain(enlarged).collect();
        let seen = metric
            .parts()
            .iter()
            .filter_map(|part| self.parts.get(part)?.digest());
        let counted = modes.filter(|_| metric == MetricName::ReverseKl);
        let seen = seen.chain(counted.and_then(ModeSource::digest));
        let digests: Vec<String> = seen.collect();
        Protocol {
            metric: stated,
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

    /// What there is of a part; every part that a metric takes was made with the evaluator.
    fn part(&self, part: Part) -> &PartData {
        &self.parts[&part]
    }
}
