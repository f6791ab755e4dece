//! The data of one part: pixels, features, probabilities or classes, as its metrics need them.

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

/// Which data the metrics of a part need.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent flags, in any combination"
)]
pub(super) struct Keep {
    pixels: bool,
    features: bool,
    /// The moments of the features suffice.
    moments: bool,
    probabilities: bool,
    classes: bool,
}

impl Keep {
    /// The data that the metrics need of a part.
    pub(super) fn of(part: Part, config: &EvaluatorConfig) -> Self {
        let any = |wanted: fn(MetricName) -> bool| config.metrics.iter().copied().any(wanted);
        let stacked = matches!(config.modes, Some(ModeSource::StackedDigits { .. }));
        let raw = matches!(config.space, FeatureSpace::Raw);
        let samples = part == Part::Samples;
        let counted = any(MetricName::counts_modes);
        let features = match part {
            Part::Samples => any(MetricName::compares_features),
            Part::Reference => any(|metric| {
                metric.compares_features() && metric.parts().contains(&Part::Reference)
            }),
            Part::Training | Part::HeldOut => true,
            Part::Validation | Part::Test => false,
        };
        let needs_pixels = |part| match part {
            Part::Samples => {
                counted && !stacked
                    || any(|metric| matches!(metric, MetricName::Parzen | MetricName::Diversity))
            }
            Part::Reference => any(|metric| metric == MetricName::Diversity),
            Part::Validation | Part::Test => true,
            Part::Training | Part::HeldOut => false,
        };
        let pixels_needed = needs_pixels(part);
        // Both sides or neither, because moments and features cannot be compared.
        let sides = [Part::Samples, Part::Reference];
        let moments = sides.contains(&part)
            && !any(|metric| metric.compares_features() && metric != MetricName::Frechet)
            && !(raw && sides.into_iter().any(needs_pixels));
        Self {
            pixels: pixels_needed || features && raw && !moments,
            features: features && (!raw || moments),
            moments,
            probabilities: samples && any(|metric| metric == MetricName::InceptionScore),
            classes: samples && counted && stacked,
        }
    }
}

/// The `features` and `resize` fields of a metric's protocol.
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

/// The data of one part.
#[derive(Debug)]
pub(super) struct PartData {
    keep: Keep,
    count: usize,
    /// Digest of the pixels so far, for real images; it identifies them in a protocol.
    digest: Option<Sha256>,
    pixels: Features,
    features: FeatureBuffer,
    probabilities: Features,
    classes: Vec<usize>,
}

impl PartData {
    /// An empty part.
    pub(super) fn new(config: &EvaluatorConfig, dimensions: usize, part: Part) -> Self {
        let keep = Keep::of(part, config);
        Self {
            keep,
            count: 0,
            digest: (part != Part::Samples).then(Sha256::new),
            pixels: Features::empty(config.image.values()),
            features: FeatureBuffer::new(dimensions, keep.moments),
            probabilities: Features::empty(config.space.classes()),
            classes: Vec::new(),
        }
    }

    /// Adds images.
    pub(super) fn add(
        &mut self,
        config: &EvaluatorConfig,
        pixels: Vec<f32>,
    ) -> Result<(), EvalError> {
        let mut images = Features::empty(self.pixels.columns());
        images
            .append(pixels)
            .map_err(|error| self.with_row_of_part(error))?;
        if let Some(digest) = &mut self.digest {
            let bytes = images.data().iter().flat_map(|pixel| pixel.to_le_bytes());
            digest.update(bytes.collect::<Vec<u8>>());
        }
        let together = config.space.batch() * images.columns();
        for batch in images.data().chunks(together) {
            self.run_networks(config, batch)?;
        }
        self.count += images.rows();
        if self.keep.pixels {
            self.pixels.append(images.into_data())?;
        } else if self.keep.features && matches!(config.space, FeatureSpace::Raw) {
            self.features.append(images.into_data())?;
        }
        Ok(())
    }

    /// Runs the networks on a batch and keeps the results.
    fn run_networks(&mut self, config: &EvaluatorConfig, batch: &[f32]) -> Result<(), EvalError> {
        let Keep {
            features,
            probabilities,
            classes,
            ..
        } = self.keep;
        if (features || probabilities)
            && let Some(classified) = config.space.classify(batch, config.image)?
        {
            if features {
                self.features
                    .append(classified.features.try_into_vec_as()?)?;
            }
            if probabilities {
                let rows = classified.probabilities.try_into_vec_as()?;
                self.probabilities.append(rows)?;
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

    /// Turns the row of an error about a batch into the row of the part.
    fn with_row_of_part(&self, error: EvalError) -> EvalError {
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

    /// Removes the images.
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

    /// Number of images.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The first half of the SHA-256 of real images, in hexadecimal; `None` for samples and for an empty part.
    pub(super) fn digest(&self) -> Option<String> {
        let hash = self.digest.clone().filter(|_| self.count > 0);
        hash.map(|hash| hex_digest(hash, 16))
    }

    /// `[images, channels · height · width]`
    pub(super) fn pixels(&self) -> &Features {
        &self.pixels
    }

    /// The pixels, mapped from [-1, 1] to [0, 1].
    pub(super) fn unit_pixels(&self) -> Result<Features, EvalError> {
        let unit = self.pixels.data().iter().map(|pixel| (pixel + 1.0) / 2.0);
        Features::new(self.pixels.rows(), self.pixels.columns(), unit.collect())
    }

    /// `[images, dimensions]` of the feature space, unless only the moments are kept.
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
