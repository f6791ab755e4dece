//! The real images that samples are compared with, in the size of the model's.

use std::collections::{BTreeMap, BTreeSet};

use burn::tensor::Device;
use ganforge_data::{DataError, DataOptions, DataSpec, Dataset, Resize, Split, cache_dir};
use ganforge_eval::spaces::FeatureName;
use ganforge_eval::{
    Circumstances, Evaluation, EvaluationError, Evaluator, Features, MetricName, ModeSource, Part,
};

/// Why samples cannot be compared with the data.
#[derive(Debug, thiserror::Error)]
pub enum RealError {
    /// Data of another kind than the model's images.
    #[error(
        "the model makes images of {image} and {spec} has {made_of}: name data of the kind it was trained on"
    )]
    Kind {
        /// The shape of the model's images.
        image: String,
        /// The data.
        spec: String,
        /// What they are made of.
        made_of: &'static str,
    },
    /// The data.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A metric that such data do not admit.
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
}

/// What is asked of an evaluation, whatever the data.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The metrics.
    pub metrics: BTreeSet<MetricName>,
    /// What images are compared by.
    pub features: FeatureName,
    /// The real images that samples are compared with.
    pub split: Split,
    /// How many samples there will be.
    pub samples: usize,
    /// Their seed.
    pub seed: u64,
    /// The one class that samples are of, and real images with them.
    pub class: Option<usize>,
    /// What the sampler is asked besides.
    pub sampling: BTreeMap<String, String>,
}

/// Data, with what brings them to the size of the model's images.
pub struct Real<'a> {
    spec: &'a DataSpec,
    /// `[channels, height, width]`
    image: [usize; 3],
    options: DataOptions,
    training: Option<Dataset>,
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
    /// Data for images `[channels, height, width]`, fitted to their size in the way of `fitted`.
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
            ..DataOptions::default()
        };
        Ok(Self {
            spec,
            image,
            options,
            training: None,
        })
    }

    /// The same data, of which all training images are open already and need not be decoded again.
    #[must_use]
    pub fn with_training(self, dataset: Dataset) -> Self {
        Self {
            training: Some(dataset),
            ..self
        }
    }

    /// An evaluator for what is asked, with no image yet.
    ///
    /// # Errors
    /// A metric that such data do not admit, a feature space that cannot be had, or damaged labels.
    pub fn evaluator(&self, asked: &Asked, device: &Device) -> Result<Evaluator, RealError> {
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
            circumstances: Circumstances {
                data: self.spec.to_string(),
                split: name(asked.split).to_owned(),
                resize: self.resize(),
                seed: asked.seed,
                sampling: asked.sampling.clone(),
            },
        })?)
    }

    /// Gives an evaluator the real images of every part that its metrics take. `watch` is told of a part how many of its images are in, and
    /// how many there will be.
    ///
    /// # Errors
    /// Data that lack a part, that cannot be read, or of a size that the feature space does not take.
    pub fn fill(
        &self,
        evaluator: &mut Evaluator,
        asked: &Asked,
        mut watch: impl FnMut(Part, usize, usize),
    ) -> Result<(), RealError> {
        let parts = evaluator.parts().filter(|part| *part != Part::Samples);
        for part in parts.collect::<Vec<_>>() {
            let (dataset, chosen) = self.choose(part, asked)?;
            let mut done = 0;
            watch(part, done, chosen.len());
            for indices in chosen.chunks(BATCH) {
                evaluator.add(part, dataset.gather(indices)?.images)?;
                done += indices.len();
                watch(part, done, chosen.len());
            }
        }
        Ok(())
    }

    /// How many samples the protocols of such data take.
    #[must_use]
    pub fn usual_samples(&self) -> usize {
        match self.spec {
            DataSpec::Ring8 | DataSpec::Grid25 => 2500,
            DataSpec::Stacked(_) => 26_000,
            _ => 10_000,
        }
    }

    /// The metrics that fit the data, compared by such features.
    ///
    /// # Errors
    /// A damaged test part.
    pub fn usual_metrics(&self, features: FeatureName) -> Result<BTreeSet<MetricName>, RealError> {
        if matches!(self.spec, DataSpec::Ring8 | DataSpec::Grid25) {
            let modes = [
                MetricName::Modes,
                MetricName::HighQuality,
                MetricName::ReverseKl,
            ];
            return Ok(modes.into());
        }
        let mut metrics = BTreeSet::from([MetricName::Frechet, MetricName::Kernel]);
        if matches!(self.spec, DataSpec::Stacked(_)) {
            metrics.extend([MetricName::Modes, MetricName::ReverseKl]);
            return Ok(metrics);
        }
        metrics.extend([
            MetricName::Precision,
            MetricName::Recall,
            MetricName::Density,
            MetricName::Coverage,
        ]);
        match self.open(Split::Test) {
            // It would look at every training image, for hours.
            Ok(_) if features == FeatureName::Inception => {}
            Ok(_) => {
                metrics.insert(MetricName::Nearest);
            }
            Err(DataError::NoTestPart { .. } | DataError::NotFetched { .. }) => {}
            Err(damaged) => return Err(damaged.into()),
        }
        if features != FeatureName::Raw {
            metrics.insert(MetricName::InceptionScore);
        }
        Ok(metrics)
    }

    /// How images come to the size of the model's, as a protocol says it.
    fn resize(&self) -> Option<String> {
        let [height, width] = self.options.size?;
        let way = match (self.options.resize, self.spec) {
            (Resize::Auto, DataSpec::Folder(_)) | (Resize::Crop, _) => "crop",
            (Resize::Auto | Resize::Pad, _) => "pad",
            (Resize::Stretch, _) => "stretch",
        };
        let [channels, ..] = self.image;
        Some(format!("{way} to {channels}x{height}x{width}"))
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
        let classes = match Dataset::open(self.spec, &self.labelled(split)) {
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
    fn choose(&self, part: Part, asked: &Asked) -> Result<(Dataset, Vec<usize>), RealError> {
        let values: usize = self.image.iter().product();
        let (split, most) = match part {
            Part::Samples | Part::Reference => (asked.split, asked.samples),
            Part::Training => (Split::Train, MOST_NUMBERS / values),
            Part::HeldOut | Part::Test => (Split::Test, MOST_HELD_OUT),
            Part::Validation => (Split::Train, VALIDATION),
        };
        let (dataset, mut chosen) = self.of_class(split, asked.class)?;
        if part == Part::Validation {
            // The last sixth of the training images is what Goodfellow et al. held back of MNIST, and its first thousand chose the width.
            chosen.drain(..chosen.len() / 6 * 5);
            chosen.truncate(most);
        }
        let (len, count) = (chosen.len(), chosen.len().min(most.max(1)));
        let chosen = (0..count).map(|at| chosen[at * len / count]).collect();
        Ok((dataset, chosen))
    }

    /// A part of the data, and which of its images are of the class, if one is asked for.
    fn of_class(
        &self,
        split: Split,
        class: Option<usize>,
    ) -> Result<(Dataset, Vec<usize>), DataError> {
        let Some(class) = class else {
            let dataset = self.open(split)?;
            let all = (0..dataset.len()).collect();
            return Ok((dataset, all));
        };
        let dataset = Dataset::open(self.spec, &self.labelled(split))?;
        let labels = dataset.labels().unwrap_or_default().iter().enumerate();
        let ours = labels.filter(|(_, label)| **label as usize == class);
        let ours = ours.map(|(at, _)| at).collect();
        Ok((dataset, ours))
    }

    fn labelled(&self, split: Split) -> DataOptions {
        DataOptions {
            labels: true,
            split,
            ..self.options.clone()
        }
    }

    fn open(&self, split: Split) -> Result<Dataset, DataError> {
        if let (Split::Train, Some(training)) = (split, &self.training) {
            return Ok(training.clone());
        }
        let options = DataOptions {
            split,
            ..self.options.clone()
        };
        Dataset::open(self.spec, &options)
    }
}

/// The name of a part of the data.
fn name(split: Split) -> &'static str {
    match split {
        Split::Train => "train",
        Split::Test => "test",
    }
}
