//! What is kept of the images of a part: what its metrics look at, and nothing else.

use sha2::{Digest, Sha256};

use super::gathered::{Gathered, frechet_of};
use super::{Evaluation, EvaluationError, MetricName, ModeSource, Part};
use crate::spaces::{FeatureSpace, cut, digits_identity, digits_of, stacked_labels};
use crate::{EvalError, Features, digest, frechet_of_features};

/// What the metrics look at.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one answer for each kind of data, in any combination"
)]
pub(super) struct Keep {
    pixels: bool,
    features: bool,
    /// Of the features, their moments are enough.
    moments: bool,
    probabilities: bool,
    classes: bool,
}

impl Keep {
    /// What the metrics of an evaluation look at in a part.
    pub(super) fn of(part: Part, evaluation: &Evaluation) -> Self {
        let asked = |wanted: fn(MetricName) -> bool| evaluation.metrics.iter().copied().any(wanted);
        let stacked = matches!(evaluation.modes, Some(ModeSource::StackedDigits { .. }));
        let raw = matches!(evaluation.space, FeatureSpace::Raw);
        let samples = part == Part::Samples;
        let counted = asked(MetricName::counts_modes);
        let features = match part {
            Part::Samples => asked(MetricName::compares_features),
            Part::Reference => asked(|metric| {
                metric.compares_features() && metric.parts().contains(&Part::Reference)
            }),
            Part::Training | Part::HeldOut => true,
            Part::Validation | Part::Test => false,
        };
        let draws = |part| match part {
            Part::Samples => {
                counted && !stacked
                    || asked(|metric| matches!(metric, MetricName::Parzen | MetricName::Diversity))
            }
            Part::Reference => asked(|metric| metric == MetricName::Diversity),
            Part::Validation | Part::Test => true,
            Part::Training | Part::HeldOut => false,
        };
        let drawn = draws(part);
        // Both sides or neither: what has become moments cannot be compared with what has not.
        let sides = [Part::Samples, Part::Reference];
        let moments = sides.contains(&part)
            && !asked(|metric| metric.compares_features() && metric != MetricName::Frechet)
            && !(raw && sides.into_iter().any(draws));
        Self {
            pixels: drawn || features && raw && !moments,
            features: features && (!raw || moments),
            moments,
            probabilities: samples && asked(|metric| metric == MetricName::InceptionScore),
            classes: samples && counted && stacked,
        }
    }
}

/// How the protocol of a metric names what it looks at, and how images are brought to the size of that.
pub(super) fn features_of(metric: MetricName, evaluation: &Evaluation) -> (String, Option<String>) {
    let Evaluation { space, image, .. } = evaluation;
    let stacked = matches!(evaluation.modes, Some(ModeSource::StackedDigits { .. }));
    if metric == MetricName::InceptionScore || metric.compares_features() {
        (space.identity(), space.resize(*image))
    } else if metric.counts_modes() && stacked {
        (digits_identity(), cut(*image))
    } else {
        (FeatureSpace::Raw.identity(), None)
    }
}

/// The images of one part.
#[derive(Debug)]
pub(super) struct Collected {
    keep: Keep,
    count: usize,
    /// Of the pixels so far, for real images: what their protocols tell them by.
    digest: Option<Sha256>,
    pixels: Features,
    features: Gathered,
    probabilities: Features,
    classes: Vec<usize>,
}

impl Collected {
    /// Images of a part, none yet.
    pub(super) fn new(evaluation: &Evaluation, dimensions: usize, part: Part) -> Self {
        let keep = Keep::of(part, evaluation);
        Self {
            keep,
            count: 0,
            digest: (part != Part::Samples).then(Sha256::new),
            pixels: Features::empty(evaluation.image.iter().product()),
            features: Gathered::new(dimensions, keep.moments),
            probabilities: Features::empty(evaluation.space.classes()),
            classes: Vec::new(),
        }
    }

    /// Adds whole images.
    pub(super) fn add(
        &mut self,
        evaluation: &Evaluation,
        pixels: Vec<f32>,
    ) -> Result<(), EvaluationError> {
        let mut images = Features::empty(self.pixels.columns());
        images.append(pixels).map_err(|error| self.placed(error))?;
        if let Some(digest) = &mut self.digest {
            let bytes = images.data().iter().flat_map(|pixel| pixel.to_le_bytes());
            digest.update(bytes.collect::<Vec<u8>>());
        }
        let together = evaluation.space.batch() * images.columns();
        for batch in images.data().chunks(together) {
            self.look(evaluation, batch)?;
        }
        self.count += images.rows();
        if self.keep.pixels {
            self.pixels.append(images.into_data())?;
        } else if self.keep.features && matches!(evaluation.space, FeatureSpace::Raw) {
            self.features.append(images.into_data())?;
        }
        Ok(())
    }

    /// Keeps what networks make of a batch.
    fn look(&mut self, evaluation: &Evaluation, batch: &[f32]) -> Result<(), EvaluationError> {
        let Keep {
            features,
            probabilities,
            classes,
            ..
        } = self.keep;
        if (features || probabilities)
            && let Some(seen) = evaluation.space.recognise(batch, evaluation.image)?
        {
            if features {
                self.features.append(seen.features.try_into_vec_as()?)?;
            }
            if probabilities {
                let seen = seen.probabilities.try_into_vec_as()?;
                self.probabilities.append(seen)?;
            }
        }
        if let Some(ModeSource::StackedDigits {
            classifier, device, ..
        }) = &evaluation.modes
            && classes
        {
            let images = digits_of(batch, evaluation.image, device);
            let labels = stacked_labels(classifier, images)?.try_into_vec_as::<i64>()?;
            let class = |label: i64| usize::try_from(label).unwrap_or(usize::MAX);
            self.classes.extend(labels.into_iter().map(class));
        }
        Ok(())
    }

    /// An error about a batch as one about the part.
    fn placed(&self, error: EvalError) -> EvalError {
        match error {
            EvalError::OutOfRange { row, column, value } => EvalError::OutOfRange {
                row: self.count + row,
                column,
                value,
            },
            other => other,
        }
    }

    /// Forgets the images.
    pub(super) fn clear(&mut self) {
        self.count = 0;
        if let Some(digest) = &mut self.digest {
            digest.reset();
        }
        self.classes.clear();
        self.features.clear();
        for rows in [&mut self.pixels, &mut self.probabilities] {
            *rows = Features::empty(rows.columns());
        }
    }

    /// How many images there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Thirty-two hexadecimal digits that change with any pixel of real images; nothing before there are any.
    pub(super) fn digest(&self) -> Option<String> {
        let seen = self.digest.clone().filter(|_| self.count > 0);
        seen.map(digest::half)
    }

    /// `[images, channels · height · width]`
    pub(super) fn pixels(&self) -> &Features {
        &self.pixels
    }

    /// The pixels as ink from 0 to 1.
    pub(super) fn ink(&self) -> Result<Features, EvalError> {
        let ink = self.pixels.data().iter().map(|pixel| (pixel + 1.0) / 2.0);
        Features::new(self.pixels.rows(), self.pixels.columns(), ink.collect())
    }

    /// `[images, dimensions]` of the feature space, where more than moments are asked for.
    pub(super) fn features(&self) -> &Features {
        if self.keep.features {
            self.features.rows()
        } else {
            &self.pixels
        }
    }

    /// The Fréchet distance of two parts.
    pub(super) fn frechet(&self, reference: &Self) -> Result<f64, EvalError> {
        if self.keep.moments && reference.keep.moments {
            frechet_of(&self.features, &reference.features)
        } else {
            frechet_of_features(self.features(), reference.features())
        }
    }

    /// `[images, classes]`
    pub(super) fn probabilities(&self) -> &Features {
        &self.probabilities
    }

    /// The mode of every image.
    pub(super) fn classes(&self) -> &[usize] {
        &self.classes
    }
}
