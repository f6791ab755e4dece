//! The real images that samples are compared with, at the size of the samples.

use std::cell::RefCell;
use std::collections::BTreeSet;

use burn::tensor::Device;
use ganforge_data::{DataError, DataOptions, DataSpec, Dataset, Resize, Skipped, Split, cache_dir};
use ganforge_eval::spaces::FeatureName;
use ganforge_eval::{
    Evaluator, EvaluatorConfig, Features, ImageShape, ModeSource, Part, ProtocolContext,
};

use crate::error::MeasureError;
use crate::kind::check_kind;
use crate::request::Request;

/// A dataset, resized to the shape of the model's images.
///
/// ```
/// use ganforge_data::{DataOptions, DataSpec};
/// use ganforge_eval::{ImageShape, MetricName, Part};
/// use ganforge_measure::{ReferenceData, Request, burn::tensor::Device};
///
/// let image = ImageShape { channels: 1, height: 8, width: 8 };
/// let reference = ReferenceData::new(&DataSpec::Digits, image, &DataOptions::default())?;
/// let request = Request::new(200, 0).metrics([MetricName::Precision]);
/// let mut evaluator = reference.evaluator(&request, &Device::flex())?;
/// reference.fill(&mut evaluator, &request, |_, _, _| ())?;
///
/// // Black images are unlike any digit.
/// evaluator.add(Part::Samples, vec![-1.0; 200 * 64])?;
/// let figures = evaluator.figures(|_| ())?;
/// assert!(figures.found[&MetricName::Precision].value < 0.01);
/// # Ok::<(), ganforge_measure::MeasureError>(())
/// ```
pub struct ReferenceData<'a> {
    pub(crate) spec: &'a DataSpec,
    pub(crate) image: ImageShape,
    options: DataOptions,
    /// Datasets that are open already, so that none is decoded twice.
    open: RefCell<Vec<(DataOptions, Dataset)>>,
}

/// The largest number of values in the training images that `nearest` searches, 1 GiB. A larger set is subsampled evenly.
const MOST_NUMBERS: usize = 1 << 28;

/// The largest number of held-out or test images, which is the size of MNIST's test set.
const MOST_HELD_OUT: usize = 10_000;

/// Number of validation images on which Goodfellow et al. (2014) chose the width of the Parzen window.
const VALIDATION: usize = 1000;

/// Images per batch: about ten seconds of the slowest feature space.
const BATCH: usize = 64;

impl<'a> ReferenceData<'a> {
    /// Data for samples of the shape `image`. `options` sets how images are resized, and the limits on memory and pixels; its other
    /// fields are ignored.
    ///
    /// # Errors
    /// [`MeasureError::Kind`] for points if the model makes images, for images if it makes points, and for stacked digits if it does not make three channels.
    pub fn new(
        spec: &'a DataSpec,
        image: ImageShape,
        options: &DataOptions,
    ) -> Result<Self, MeasureError> {
        check_kind(spec, image)?;
        let points = image.is_point();
        let options = DataOptions {
            size: (!points).then_some([image.height, image.width]),
            channels: (!points).then_some(image.channels),
            resize: options.resize,
            background: options.background,
            max_pixels: options.max_pixels,
            memory_limit: options.memory_limit,
            ..DataOptions::default()
        };
        Ok(Self {
            spec,
            image,
            options,
            open: RefCell::default(),
        })
    }

    /// Uses an open dataset for the training split, if it holds all of it, so that the images are not decoded again.
    #[must_use]
    pub fn with_training(self, dataset: Dataset) -> Self {
        let options = self.part(Split::Train, false);
        self.open.borrow_mut().push((options, dataset));
        self
    }

    /// An evaluator for the request, without images. Call [`fill`](Self::fill) next, then add the samples.
    ///
    /// # Errors
    /// A metric that such data do not admit, a feature space whose weights are missing, or damaged labels.
    pub fn evaluator(&self, request: &Request, device: &Device) -> Result<Evaluator, MeasureError> {
        self.check_border(request)?;
        // Report what the data lack before the first image passes through a network.
        let mut reference = 0;
        let parts = request.metrics.iter().flat_map(|metric| metric.parts());
        for &part in parts.collect::<BTreeSet<_>>() {
            let (_, chosen) = self.choose(part, request)?;
            if part == Part::Reference {
                reference = chosen.len();
            }
        }
        let space = request.features.open(device, &cache_dir())?;
        let modes = if request.metrics.iter().any(|metric| metric.counts_modes()) {
            self.modes(request.split, device)?
        } else {
            None
        };
        Ok(Evaluator::new(EvaluatorConfig {
            image: self.image,
            space,
            modes,
            metrics: request.metrics.clone(),
            samples: request.samples,
            reference,
            context: ProtocolContext {
                data: self.spec.to_string(),
                split: name(request.split).to_owned(),
                resize: self.resize(),
                seed: request.seed,
                sampling: request.sampling.clone(),
            },
        })?)
    }

    /// Adds the real images of every part that the evaluator's metrics need, and returns the files that could not be read. `progress` is called with the part, the
    /// images of it added so far, and their total.
    ///
    /// # Errors
    /// Data that lack a split or a class, that cannot be read, or whose size the feature space does not take.
    pub fn fill(
        &self,
        evaluator: &mut Evaluator,
        request: &Request,
        mut progress: impl FnMut(Part, usize, usize),
    ) -> Result<Vec<Skipped>, MeasureError> {
        let parts = evaluator.parts().filter(|part| *part != Part::Samples);
        let mut skipped = Vec::new();
        for part in parts.collect::<Vec<_>>() {
            let (dataset, chosen) = self.choose(part, request)?;
            let new = dataset
                .skipped()
                .iter()
                .filter(|file| !skipped.contains(*file));
            skipped.extend(new.cloned().collect::<Vec<_>>());
            add(evaluator, part, &dataset, &chosen, &mut progress)?;
        }
        Ok(skipped)
    }

    /// Fails if the 28×28 classifier would cut off pixels that are not padding.
    fn check_border(&self, request: &Request) -> Result<(), MeasureError> {
        let classified = request.features == FeatureName::Digits
            || matches!(self.spec, DataSpec::Stacked(_))
                && request.metrics.iter().any(|metric| metric.counts_modes());
        match (classified, self.options.size, self.resize_method()) {
            (true, Some([32, 32]), method @ ("crop" | "stretch")) => {
                Err(MeasureError::NoBorder { method })
            }
            _ => Ok(()),
        }
    }

    /// How images are resized, as a protocol states it.
    fn resize(&self) -> Option<String> {
        let [height, width] = self.options.size?;
        let channels = self.image.channels;
        Some(format!(
            "{} to {channels}x{height}x{width}",
            self.resize_method()
        ))
    }

    fn resize_method(&self) -> &'static str {
        match (self.options.resize, self.spec) {
            (Resize::Auto, DataSpec::Folder(_)) | (Resize::Crop, _) => "crop",
            (Resize::Auto | Resize::Pad, _) => "pad",
            (Resize::Stretch, _) => "stretch",
        }
    }

    /// The modes of the data, if they are known.
    fn modes(&self, split: Split, device: &Device) -> Result<Option<ModeSource>, MeasureError> {
        if let Some(mixture) = self.spec.mixture() {
            let centers = mixture.centers.concat();
            let rows = mixture.centers.len();
            let centers = Features::new(rows, 2, centers)?;
            // The decimal that was written, rather than the nearest single-precision number.
            let sigma = mixture.sigma.to_string().parse();
            let sigma = sigma.unwrap_or_else(|_| f64::from(mixture.sigma));
            return Ok(Some(ModeSource::Mixture { centers, sigma }));
        }
        if !matches!(self.spec, DataSpec::Stacked(_)) {
            return Ok(None);
        }
        let classes = match self.open(split, true) {
            Ok(dataset) => dataset
                .labels()
                .map(|labels| labels.iter().map(|&label| label as usize).collect()),
            // Without labels, the classes are taken to be uniformly distributed.
            Err(DataError::NoLabels { .. }) => None,
            Err(other) => return Err(other.into()),
        };
        let modes = ModeSource::stacked_digits(device, classes);
        Ok(Some(modes?))
    }

    /// The dataset of a part, and the indices of its images. A part that needs fewer images than there are takes every n-th.
    pub(crate) fn choose(
        &self,
        part: Part,
        request: &Request,
    ) -> Result<(Dataset, Vec<usize>), MeasureError> {
        let values = self.image.values();
        let (split, most) = match part {
            Part::Samples | Part::Reference => (request.split, request.reference_limit()),
            Part::Training => (Split::Train, MOST_NUMBERS / values),
            Part::HeldOut | Part::Test => (Split::Test, MOST_HELD_OUT),
            Part::Validation => (Split::Train, VALIDATION),
        };
        let found = self.of_class(split, request.class.as_deref());
        let (dataset, mut chosen) = found.map_err(|error| match (part, error) {
            (Part::HeldOut | Part::Test, MeasureError::Data(DataError::NoTestPart { .. })) => {
                let spec = self.spec.to_string();
                MeasureError::NoTestPart { spec }
            }
            (_, other) => other,
        })?;
        if part == Part::Validation {
            // Goodfellow et al. held out the last sixth of MNIST's training images, and chose the width on its first thousand.
            chosen.drain(..chosen.len() / 6 * 5);
            chosen.truncate(most);
        }
        let most = chosen.len().min(most.max(1));
        Ok((dataset, every_nth(&chosen, most)))
    }

    /// A split, and the indices of its images of a class, or of all images if `class` is `None`.
    pub(crate) fn of_class(
        &self,
        split: Split,
        class: Option<&str>,
    ) -> Result<(Dataset, Vec<usize>), MeasureError> {
        let Some(class) = class else {
            let dataset = self.open(split, false)?;
            let all = (0..dataset.len()).collect();
            return Ok((dataset, all));
        };
        let no_class = |known: &[String]| MeasureError::NoClass {
            spec: self.spec.to_string(),
            class: class.to_owned(),
            known: match known {
                [] => "none".to_owned(),
                known => known.join(", "),
            },
        };
        let dataset = match self.open(split, true) {
            Err(DataError::NoLabels { .. }) => return Err(no_class(&[])),
            opened => opened?,
        };
        let known = dataset.classes();
        let number = known.iter().position(|name| name == class);
        let number = number.ok_or_else(|| no_class(known))?;
        let labels = dataset.labels().unwrap_or_default().iter().enumerate();
        let ours = labels.filter(|(_, label)| **label as usize == number);
        let ours = ours.map(|(at, _)| at).collect();
        Ok((dataset, ours))
    }

    /// A split, with or without labels.
    pub(crate) fn open(&self, split: Split, labels: bool) -> Result<Dataset, DataError> {
        let options = self.part(split, labels);
        let known = |(known, _): &&(DataOptions, Dataset)| *known == options;
        if let Some((_, dataset)) = self.open.borrow().iter().find(known) {
            return Ok(dataset.clone());
        }
        let dataset = Dataset::open(self.spec, &options)?;
        self.open.borrow_mut().push((options, dataset.clone()));
        Ok(dataset)
    }

    fn part(&self, split: Split, labels: bool) -> DataOptions {
        DataOptions {
            labels,
            split,
            ..self.options.clone()
        }
    }
}

/// Adds the images of the given indices to a part of an evaluator.
pub(crate) fn add(
    evaluator: &mut Evaluator,
    part: Part,
    dataset: &Dataset,
    chosen: &[usize],
    mut progress: impl FnMut(Part, usize, usize),
) -> Result<(), MeasureError> {
    let mut done = 0;
    progress(part, done, chosen.len());
    for indices in chosen.chunks(BATCH) {
        evaluator.add(part, dataset.gather(indices)?.images)?;
        done += indices.len();
        progress(part, done, chosen.len());
    }
    Ok(())
}

/// `count` of the images, evenly spaced.
pub(crate) fn every_nth(images: &[usize], count: usize) -> Vec<usize> {
    (0..count)
        .map(|at| images[at * images.len() / count])
        .collect()
}

/// The name of a split in a protocol.
pub(crate) fn name(split: Split) -> &'static str {
    match split {
        Split::Train => "train",
        Split::Test => "test",
    }
}
