//! The real images that samples are compared with, in the size of the model's.

use std::cell::RefCell;
use std::collections::BTreeSet;

use burn::tensor::Device;
use ganforge_data::{DataError, DataOptions, DataSpec, Dataset, Resize, Skipped, Split, cache_dir};
use ganforge_eval::spaces::FeatureName;
use ganforge_eval::{
    Circumstances, Evaluation, EvaluationError, Evaluator, Features, ModeSource, Part,
};

use super::{Asked, RealError};

/// Data, with what brings them to the size of the model's images.
pub struct Real<'a> {
    pub(super) spec: &'a DataSpec,
    /// `[channels, height, width]`
    pub(super) image: [usize; 3],
    options: DataOptions,
    /// What is open already, and need not be decoded again.
    open: RefCell<Vec<(DataOptions, Dataset)>>,
}

/// Most numbers of a set of training images: 1 GiB. A larger set is thinned out.
const MOST_NUMBERS: usize = 1 << 28;

/// Most held-out and test images; MNIST has as many.
const MOST_HELD_OUT: usize = 10_000;

/// Images on which Goodfellow et al. chose the width of a Parzen window.
const VALIDATION: usize = 1000;

/// Images that are read at a time: some ten seconds of the slowest features.
const BATCH: usize = 64;

impl<'a> Real<'a> {
    /// Data for images `[channels, height, width]`, fitted to their size in the way of `fitted` and within its limits.
    ///
    /// # Errors
    /// Points for a model of images, or the other way round.
    pub fn new(
        spec: &'a DataSpec,
        image: [usize; 3],
        fitted: &DataOptions,
    ) -> Result<Self, RealError> {
        let points = matches!(
            spec,
            DataSpec::Ring8 | DataSpec::Grid25 | DataSpec::Points(_)
        );
        let stacked = matches!(spec, DataSpec::Stacked(_));
        let [channels, height, width] = image;
        if points != (image == [2, 1, 1]) || stacked && channels != 3 {
            return Err(RealError::Kind {
                image: format!("{channels}x{height}x{width}"),
                spec: spec.to_string(),
                made_of: match (points, stacked) {
                    (true, _) => "points in the plane",
                    (_, true) => "images of 3 channels",
                    _ => "images",
                },
            });
        }
        let options = DataOptions {
            size: (!points).then_some([height, width]),
            channels: (!points).then_some(channels),
            resize: fitted.resize,
            background: fitted.background,
            max_pixels: fitted.max_pixels,
            memory_limit: fitted.memory_limit,
            ..DataOptions::default()
        };
        Ok(Self {
            spec,
            image,
            options,
            open: RefCell::default(),
        })
    }

    /// The same data, of which all training images are open already.
    #[must_use]
    pub fn with_training(self, dataset: Dataset) -> Self {
        let options = self.part(Split::Train, false);
        self.open.borrow_mut().push((options, dataset));
        self
    }

    /// An evaluator for what is asked, with no image yet.
    ///
    /// # Errors
    /// A metric that such data do not admit, a feature space that cannot be had, or damaged labels.
    pub fn evaluator(&self, asked: &Asked, device: &Device) -> Result<Evaluator, RealError> {
        self.check_border(asked)?;
        // What the data lack is said before a network looks at the first image.
        let mut reference = 0;
        let parts = asked.metrics.iter().flat_map(|metric| metric.parts());
        for &part in parts.collect::<BTreeSet<_>>() {
            let (_, chosen) = self.choose(part, asked)?;
            if part == Part::Reference {
                reference = chosen.len();
            }
        }
        let space = asked.features.open(device, &cache_dir());
        let space = space.map_err(EvaluationError::from)?;
        let modes = if asked.metrics.iter().any(|metric| metric.counts_modes()) {
            self.modes(asked.split, device)?
        } else {
            None
        };
        Ok(Evaluator::new(Evaluation {
            image: self.image,
            space,
            modes,
            metrics: asked.metrics.clone(),
            samples: asked.samples,
            reference,
            circumstances: Circumstances {
                data: self.spec.to_string(),
                split: name(asked.split).to_owned(),
                resize: self.resize(),
                seed: asked.seed,
                sampling: asked.sampling.clone(),
            },
        })?)
    }

    /// Gives an evaluator the real images of every part that its metrics take, and returns the files that cannot be read. `watch` is told of a part how many
    /// of its images are in, and how many there will be.
    ///
    /// # Errors
    /// Data that lack a part or a class, that cannot be read, or of a size that the feature space does not take.
    pub fn fill(
        &self,
        evaluator: &mut Evaluator,
        asked: &Asked,
        mut watch: impl FnMut(Part, usize, usize),
    ) -> Result<Vec<Skipped>, RealError> {
        let parts = evaluator.parts().filter(|part| *part != Part::Samples);
        let mut skipped = Vec::new();
        for part in parts.collect::<Vec<_>>() {
            let (dataset, chosen) = self.choose(part, asked)?;
            let new = dataset
                .skipped()
                .iter()
                .filter(|file| !skipped.contains(*file));
            skipped.extend(new.cloned().collect::<Vec<_>>());
            add(evaluator, part, &dataset, &chosen, &mut watch)?;
        }
        Ok(skipped)
    }

    /// Refuses to let a classifier of 28×28 cut off what is no border.
    fn check_border(&self, asked: &Asked) -> Result<(), RealError> {
        let classified = asked.features == FeatureName::Digits
            || matches!(self.spec, DataSpec::Stacked(_))
                && asked.metrics.iter().any(|metric| metric.counts_modes());
        match (classified, self.options.size, self.way()) {
            (true, Some([32, 32]), way @ ("crop" | "stretch")) => Err(RealError::NoBorder { way }),
            _ => Ok(()),
        }
    }

    /// How images come to the size of the model's, as a protocol says it.
    fn resize(&self) -> Option<String> {
        let [height, width] = self.options.size?;
        let [channels, ..] = self.image;
        Some(format!("{} to {channels}x{height}x{width}", self.way()))
    }

    fn way(&self) -> &'static str {
        match (self.options.resize, self.spec) {
            (Resize::Auto, DataSpec::Folder(_)) | (Resize::Crop, _) => "crop",
            (Resize::Auto | Resize::Pad, _) => "pad",
            (Resize::Stretch, _) => "stretch",
        }
    }

    /// The modes of the data, where they are known.
    fn modes(&self, split: Split, device: &Device) -> Result<Option<ModeSource>, RealError> {
        if let Some(mixture) = self.spec.mixture() {
            let centers = mixture.centers.concat();
            let rows = mixture.centers.len();
            let centers = Features::new(rows, 2, centers).map_err(EvaluationError::from)?;
            // The decimal that is meant: single precision stores a neighbour of it.
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
            // Digits whose classes nobody knows are taken to be evenly spread.
            Err(DataError::NoLabels { .. }) => None,
            Err(other) => return Err(other.into()),
        };
        let modes = ModeSource::stacked_digits(device, classes);
        Ok(Some(modes.map_err(EvaluationError::from)?))
    }

    /// Where the images of a part are, and which they are. Where a part takes fewer than there are, it takes every n-th of them.
    pub(super) fn choose(
        &self,
        part: Part,
        asked: &Asked,
    ) -> Result<(Dataset, Vec<usize>), RealError> {
        let values: usize = self.image.iter().product();
        let (split, most) = match part {
            Part::Samples | Part::Reference => (asked.split, asked.reference()),
            Part::Training => (Split::Train, MOST_NUMBERS / values),
            Part::HeldOut | Part::Test => (Split::Test, MOST_HELD_OUT),
            Part::Validation => (Split::Train, VALIDATION),
        };
        let found = self.of_class(split, asked.class.as_deref());
        let (dataset, mut chosen) = found.map_err(|error| match (part, error) {
            (Part::HeldOut | Part::Test, RealError::Data(DataError::NoTestPart { .. })) => {
                let spec = self.spec.to_string();
                RealError::NoTestPart { spec }
            }
            (_, other) => other,
        })?;
        if part == Part::Validation {
            // The last sixth of the training images is what Goodfellow et al. held back of MNIST, and its first thousand chose the width.
            chosen.drain(..chosen.len() / 6 * 5);
            chosen.truncate(most);
        }
        let most = chosen.len().min(most.max(1));
        Ok((dataset, every_nth(&chosen, most)))
    }

    /// A part of the data, and which of its images are of the class, if one is asked for.
    pub(super) fn of_class(
        &self,
        split: Split,
        class: Option<&str>,
    ) -> Result<(Dataset, Vec<usize>), RealError> {
        let Some(class) = class else {
            let dataset = self.open(split, false)?;
            let all = (0..dataset.len()).collect();
            return Ok((dataset, all));
        };
        let no_class = |known: &[String]| RealError::NoClass {
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

    /// A part of the data, with its classes where they are wanted.
    pub(super) fn open(&self, split: Split, labels: bool) -> Result<Dataset, DataError> {
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

/// Gives an evaluator some images for a part.
pub(super) fn add(
    evaluator: &mut Evaluator,
    part: Part,
    dataset: &Dataset,
    chosen: &[usize],
    mut watch: impl FnMut(Part, usize, usize),
) -> Result<(), RealError> {
    let mut done = 0;
    watch(part, done, chosen.len());
    for indices in chosen.chunks(BATCH) {
        evaluator.add(part, dataset.gather(indices)?.images)?;
        done += indices.len();
        watch(part, done, chosen.len());
    }
    Ok(())
}

/// So many of some images, evenly spread.
pub(super) fn every_nth(images: &[usize], count: usize) -> Vec<usize> {
    (0..count)
        .map(|at| images[at * images.len() / count])
        .collect()
}

/// The name of a part of the data.
pub(super) fn name(split: Split) -> &'static str {
    match split {
        Split::Train => "train",
        Split::Test => "test",
    }
}
