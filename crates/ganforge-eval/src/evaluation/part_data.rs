//! What is kept of the images of a part: what its metrics look at, and nothing else.

use ganforge_core::hex_digest;
use sha2::{Digest, Sha256};

use super::config::EvaluatorConfig;
use super::feature_buffer::{FeatureBuffer, frechet_of};
use super::metric_name::MetricName;
use super::mode_source::ModeSource;
use super::part::Part;
use crate::error::EvalError;
use crate::features::Features;
use crate::metrics::frechet_of_features;
use crate::spaces::{
    FeatureSpace, crop_description, digit_images, digits_identity, stacked_labels,
};

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
    /// What the metrics of an config look at in a part.
    pub(super) fn of(part: Part, config: &EvaluatorConfig) -> Self {
        let asked = |wanted: fn(MetricName) -> bool| config.metrics.iter().copied().any(wanted);
        let stacked = matches!(config.modes, Some(ModeSource::StackedDigits { .. }));
        let raw = matches!(config.space, FeatureSpace::Raw);
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
pub(super) fn features_of(
    metric: MetricName,
    config: &EvaluatorConfig,
) -> (String, Option<String>) {
    let EvaluatorConfig { space, image, .. } = config;
    let stacked = matches!(config.modes, Some(ModeSource::StackedDigits { .. }));
    if metric == MetricName::InceptionScore || metric.compares_features() {
        (space.identity(), space.resize(*image))
    } else if metric.counts_modes() && stacked {
        (digits_identity(), crop_description(*image))
    } else {
        (FeatureSpace::Raw.identity(), None)
    }
}

/// The images of one part.
#[derive(Debug)]
pub(super) struct PartData {
    keep: Keep,
    count: usize,
    /// Of the pixels so far, for real images: what their protocols tell them by.
    digest: Option<Sha256>,
    pixels: Features,
    features: FeatureBuffer,
    probabilities: Features,
    classes: Vec<usize>,
}

impl PartData {
    /// Images of a part, none yet.
    pub(super) fn new(config: &EvaluatorConfig, dimensions: usize, part: Part) -> Self {
        let keep = Keep::of(part, config);
        Self {
            keep,
            count: 0,
            digest: (part != Part::Samples).then(Sha256::new),
            pixels: Features::empty(config.image.iter().product()),
            features: FeatureBuffer::new(dimensions, keep.moments),
            probabilities: Features::empty(config.space.classes()),
            classes: Vec::new(),
        }
    }

    /// Adds whole images.
    pub(super) fn add(
        &mut self,
        config: &EvaluatorConfig,
        pixels: Vec<f32>,
    ) -> Result<(), EvalError> {
        let mut images = Features::empty(self.pixels.columns());
        images.append(pixels).map_err(|error| self.placed(error))?;
        if let Some(digest) = &mut self.digest {
            let bytes = images.data().iter().flat_map(|pixel| pixel.to_le_bytes());
            digest.update(bytes.collect::<Vec<u8>>());
        }
        let together = config.space.batch() * images.columns();
        for batch in images.data().chunks(together) {
            self.look(config, batch)?;
        }
        self.count += images.rows();
        if self.keep.pixels {
            self.pixels.append(images.into_data())?;
        } else if self.keep.features && matches!(config.space, FeatureSpace::Raw) {
            self.features.append(images.into_data())?;
        }
        Ok(())
    }

    /// Keeps what networks make of a batch.
    fn look(&mut self, config: &EvaluatorConfig, batch: &[f32]) -> Result<(), EvalError> {
        let Keep {
            features,
            probabilities,
            classes,
            ..
        } = self.keep;
        if (features || probabilities)
            && let Some(seen) = config.space.classify(batch, config.image)?
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
        }) = &config.modes
            && classes
        {
            let images = digit_images(batch, config.image, device);
            let labels = stacked_labels(classifier, images)?.try_into_vec_as::<i64>()?;
            let class = |label: i64| usize::try_from(label).unwrap_or(usize::MAX);
            self.classes.extend(labels.into_iter().map(class));
        }
        Ok(())
    }

    /// An error about a batch as one about the part.
    fn placed(&self, error: EvalError) -> EvalError {
        match error {
            EvalError::OutOfRange {
                row,
                column,
                value,
                limit,
            } => EvalError::OutOfRange {
                row: self.count + row,
                column,
                value,
                limit,
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
        seen.map(|hash| hex_digest(hash, 16))
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
