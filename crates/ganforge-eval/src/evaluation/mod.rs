//! From images to figures: what `ganforge evaluate` does, for whoever has pixels.
//!
//! An [`Evaluation`] says what is asked; an [`Evaluator`] says which [`Part`]s of the real data that takes, is given them and the samples batch by batch, and
//! then has a [`Figure`] for every metric. Where images come from is the caller's business. Real images are kept as features, so that one
//! evaluator serves one set of samples after another: [`forget`](Evaluator::forget) the old, add the new.

mod check;
mod collected;
mod error;
mod gathered;
mod modes;
mod name;

use std::collections::{BTreeMap, BTreeSet};

use crate::spaces::FeatureSpace;
use crate::{
    Estimator, EvalError, Figure, GRID, Metric, Overlap, Protocol, Reach, diversity,
    inception_score, kernel, nearest_training, overlap, parzen, scales,
};
use collected::Collected;

pub use error::{EvaluationError, Singular};
pub use modes::ModeSource;
pub use name::{Better, MetricName};

/// What is asked.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// `[channels, height, width]` of every image.
    pub image: [usize; 3],
    /// What images are compared by.
    pub space: FeatureSpace,
    /// The modes of the data, where they can be counted.
    pub modes: Option<ModeSource>,
    /// The metrics.
    pub metrics: BTreeSet<MetricName>,
    /// How many samples there will be: too many for a metric are refused before any is drawn.
    pub samples: usize,
    /// How many real images there will be in the reference.
    pub reference: usize,
    /// What protocols say beside metric, features and counts.
    pub circumstances: Circumstances,
}

/// What a [`Protocol`] says that only the caller knows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Circumstances {
    /// The real data, as a data specification names them.
    pub data: String,
    /// The part of the data that is the reference: `train` or `test`.
    pub split: String,
    /// How real images were brought to the size of the samples, if they were.
    pub resize: Option<String>,
    /// The seed of the samples, and of all random choices of metrics.
    pub seed: u64,
    /// What the sampler was asked besides.
    pub sampling: BTreeMap<String, String>,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Figures {
    /// A figure for every metric that has a value.
    pub found: BTreeMap<MetricName, Figure>,
    /// Why the others have none.
    pub without: Vec<EvaluationError>,
    /// Set where the Fréchet distance is of no more images than dimensions.
    pub singular: Option<Singular>,
}

/// A set of images with a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// What is judged.
    Samples,
    /// Real images that samples are compared with.
    Reference,
    /// The images trained on, for copies.
    Training,
    /// Real images not trained on, for copies.
    HeldOut,
    /// Real images that choose a width.
    Validation,
    /// Real images that are scored.
    Test,
}

/// Collects images, and measures them.
#[derive(Debug)]
pub struct Evaluator {
    evaluation: Evaluation,
    /// Of the features.
    dimensions: usize,
    parts: BTreeMap<Part, Collected>,
}

/// The Inception score's parts, as in the paper.
const SPLITS: usize = 10;

/// Pairs of samples of which diversity is the mean.
const PAIRS: usize = 2000;

impl Evaluator {
    /// An evaluator that has seen no image yet.
    ///
    /// # Errors
    /// A metric that such data do not admit, or images of a size that the feature space does not take.
    pub fn new(evaluation: Evaluation) -> Result<Self, EvaluationError> {
        let dimensions = evaluation.space.dimensions(evaluation.image)?;
        check::check(&evaluation, dimensions)?;
        let needed = evaluation.metrics.iter().flat_map(|metric| metric.parts());
        let parts = needed.copied().chain([Part::Samples]);
        let collected = |part| (part, Collected::new(&evaluation, dimensions, part));
        Ok(Self {
            parts: parts.map(collected).collect(),
            dimensions,
            evaluation,
        })
    }

    /// The parts that the metrics take, the samples first.
    pub fn parts(&self) -> impl Iterator<Item = Part> {
        self.parts.keys().copied()
    }

    /// What is measured.
    pub fn metrics(&self) -> impl Iterator<Item = MetricName> {
        self.evaluation.metrics.iter().copied()
    }

    /// Measures no more than some of its metrics from now on.
    pub fn retain(&mut self, wanted: impl FnMut(&MetricName) -> bool) {
        self.evaluation.metrics.retain(wanted);
    }

    /// Adds images to a part; those of a part that no metric takes are passed over. A few hundred at a time are best where a network looks at them.
    ///
    /// # Shapes
    /// `pixels`: whole images `[channels, height, width]` in [-1, 1], or points in their own coordinates, one after the other.
    ///
    /// # Errors
    /// Numbers that do not divide into images, one that is infinite or none at all, or a device that fails.
    pub fn add(&mut self, part: Part, pixels: Vec<f32>) -> Result<(), EvaluationError> {
        match self.parts.get_mut(&part) {
            Some(collected) => collected.add(&self.evaluation, pixels),
            None => Ok(()),
        }
    }

    /// Forgets the images of a part.
    pub fn forget(&mut self, part: Part) {
        if let Some(collected) = self.parts.get_mut(&part) {
            collected.clear();
        }
    }

    /// A figure for every metric that has a value. `before` is told of each before it is computed.
    ///
    /// # Errors
    /// Too few images for a metric, or what else a metric refuses; and if not one of them has a value.
    pub fn figures(&self, before: impl FnMut(MetricName)) -> Result<Figures, EvaluationError> {
        let mut figures = Figures {
            singular: self.singular(),
            ..Figures::default()
        };
        for (metric, outcome) in self.outcomes(before) {
            match outcome {
                Ok(figure) => {
                    figures.found.insert(metric, figure);
                }
                Err(without @ EvaluationError::NoValue { .. }) => figures.without.push(without),
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
    ) -> impl Iterator<Item = (MetricName, Result<Figure, EvaluationError>)> {
        let mut overlap = None;
        self.evaluation.metrics.iter().map(move |&metric| {
            before(metric);
            (metric, self.figure(metric, &mut overlap))
        })
    }

    /// `known` carries what four metrics share from one to the next.
    fn figure(
        &self,
        metric: MetricName,
        known: &mut Option<Overlap>,
    ) -> Result<Figure, EvaluationError> {
        let protocol = self.protocol(metric);
        let Evaluation {
            image,
            circumstances: Circumstances { seed, .. },
            ..
        } = self.evaluation;
        let samples = self.part(Part::Samples);
        let features = |part| self.part(part).features();
        let exact = |value| Ok(Figure::exact(value, protocol.clone()));
        let estimated = |estimate| Ok(Figure::estimated(estimate, protocol.clone()));
        let no_value = |reason| EvaluationError::NoValue { metric, reason };
        match metric {
            MetricName::Frechet => exact(samples.frechet(self.part(Part::Reference))?),
            MetricName::Kernel => estimated(kernel(
                samples.features(),
                features(Part::Reference),
                Estimator::Whole,
                seed,
            )?),
            MetricName::Precision => exact(self.overlap(known)?.precision),
            MetricName::Recall => exact(self.overlap(known)?.recall),
            MetricName::Density => exact(self.overlap(known)?.density),
            MetricName::Coverage => exact(self.overlap(known)?.coverage),
            MetricName::InceptionScore => {
                estimated(inception_score(samples.probabilities(), SPLITS)?)
            }
            MetricName::Parzen => {
                let [samples, validation, test] =
                    [Part::Samples, Part::Validation, Part::Test].map(|part| self.part(part).ink());
                let found = parzen(&samples?, &validation?, &test?, &GRID)?;
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
    fn singular(&self) -> Option<Singular> {
        let count = |part| self.parts.get(&part).map_or(0, Collected::count);
        let found = Singular {
            samples: count(Part::Samples),
            reference: count(Part::Reference),
            dimensions: self.dimensions,
        };
        let asked = self.evaluation.metrics.contains(&MetricName::Frechet);
        (asked && found.samples.min(found.reference) <= self.dimensions).then_some(found)
    }

    fn overlap(&self, known: &mut Option<Overlap>) -> Result<Overlap, EvalError> {
        if let Some(known) = known {
            return Ok(*known);
        }
        let (samples, reference) = (self.part(Part::Samples), self.part(Part::Reference));
        let found = overlap(samples.features(), reference.features(), Reach::default())?;
        Ok(*known.insert(found))
    }

    fn modes(&self, metric: MetricName) -> Result<crate::Modes, EvaluationError> {
        let samples = self.part(Part::Samples);
        let source = self.evaluation.modes.as_ref();
        let source = source.ok_or_else(|| check::no_modes(metric))?;
        Ok(source.modes(samples.pixels(), samples.classes())?)
    }

    /// How the figure of a metric is obtained from what has been added so far, and from as many samples as there will be where none are in.
    #[must_use]
    pub fn protocol(&self, metric: MetricName) -> Protocol {
        let rows = |part| self.parts.get(&part).map_or(0, Collected::count);
        let modes = self.evaluation.modes.as_ref();
        let (of, within) = modes.map_or((0, None), |modes| (modes.count(), modes.within()));
        let reach = Reach::default();
        let [_, height, width] = self.evaluation.image;
        let stated = match metric {
            MetricName::Frechet => Metric::Frechet,
            MetricName::Kernel => Metric::Kernel {
                estimator: Estimator::Whole,
            },
            MetricName::Precision => Metric::Precision { k: reach.precision },
            MetricName::Recall => Metric::Recall { k: reach.precision },
            MetricName::Density => Metric::Density { k: reach.density },
            MetricName::Coverage => Metric::Coverage { k: reach.density },
            MetricName::InceptionScore => Metric::InceptionScore { splits: SPLITS },
            MetricName::Parzen => Metric::Parzen {
                validation: rows(Part::Validation),
                grid: GRID.to_vec(),
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
                scales: scales(height, width),
            },
        };
        let Circumstances {
            data,
            split,
            resize,
            seed,
            sampling,
        } = self.evaluation.circumstances.clone();
        let (reference, split) = match metric.parts() {
            [Part::Reference] => (rows(Part::Reference), split),
            [Part::Training, ..] => (rows(Part::Training), "train".into()),
            [_, Part::Test] => (rows(Part::Test), "test".into()),
            _ => match modes.map_or(0, ModeSource::reference) {
                reference if metric == MetricName::ReverseKl && reference > 0 => (reference, split),
                _ => (0, "none".into()),
            },
        };
        let (features, enlarged) = collected::features_of(metric, &self.evaluation);
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
                0 => self.evaluation.samples,
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
    fn part(&self, part: Part) -> &Collected {
        &self.parts[&part]
    }
}

#[cfg(test)]
mod tests;
