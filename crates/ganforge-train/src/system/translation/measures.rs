//! How well translators do, on images that training does not see.

use ganforge_data::Dataset;
use ganforge_infer::{Direction, Images, SquaredError, Translator};

use super::class_agreement::ClassAgreement;
use super::modes::{Modes, distinct_targets};
use crate::error::TrainError;

/// Root mean squared differences of images from their translations back and forth. Where both domains are digits of the same
/// classes, also the share of F(b) that a classifier of digits puts into the class of b.
pub(super) const OF_IMAGES: &[&str] = &["rmse_source", "rmse_target", "class_agreement"];

/// Of points whose classes are modes: the modes that have a translated point within three standard deviations and the share
/// of translated points that are so near one, in each domain; and the different target modes to which the modes of the source
/// go by majority.
pub(super) const OF_POINTS: &[&str] = &[
    "modes_target",
    "near_target",
    "modes_source",
    "near_source",
    "distinct_modes",
    "rmse_source",
    "rmse_target",
];

/// Images that are translated at a time.
const BATCH: usize = 256;

/// The values by name, of `samples` images of each domain or of all of fewer. A value that the data do not admit, or that is not
/// finite, is absent.
pub(super) fn measure(
    translator: &Translator,
    source: &Dataset,
    target: &Dataset,
    samples: usize,
) -> Result<Vec<(&'static str, f64)>, TrainError> {
    let mut agreement = ClassAgreement::of(source, target, translator.device())?;
    let forth = Cycle::of(translator, Direction::AToB, source, samples, |_, _| Ok(()))?;
    let back = Cycle::of(
        translator,
        Direction::BToA,
        target,
        samples,
        |translated, chosen| match &mut agreement {
            Some(agreement) => agreement.add(translated, chosen),
            None => Ok(()),
        },
    )?;
    let mut values = vec![
        ("rmse_source", forth.error.rmse()),
        ("rmse_target", back.error.rmse()),
    ];
    if let Some(agreement) = &agreement {
        values.push(("class_agreement", agreement.share()));
    }
    if let (Some(of_source), Some(of_target)) = (forth.modes(source), back.modes(target)) {
        if let Some((hit, near)) = of_target.covered_by(&forth.translated) {
            values.extend([("modes_target", hit), ("near_target", near)]);
        }
        if let Some((hit, near)) = of_source.covered_by(&back.translated) {
            values.extend([("modes_source", hit), ("near_source", near)]);
        }
        let distinct = distinct_targets(&forth.labels(source), &forth.translated, &of_target);
        values.push(("distinct_modes", distinct as f64));
    }
    values.retain(|(_, value)| value.is_finite());
    Ok(values)
}

/// One domain, translated to the other and back.
struct Cycle {
    /// Of the translations back from the images.
    error: SquaredError,
    /// The indices of the images.
    chosen: Vec<usize>,
    /// Points, and their translations; empty for images, which are not kept.
    own: Vec<f32>,
    translated: Vec<f32>,
}

impl Cycle {
    /// Translates evenly spaced images, batch by batch; `visit` is called with the translations of a batch and the indices of
    /// its images.
    fn of(
        translator: &Translator,
        direction: Direction,
        dataset: &Dataset,
        samples: usize,
        mut visit: impl FnMut(&Images, &[usize]) -> Result<(), TrainError>,
    ) -> Result<Self, TrainError> {
        let count = dataset.len().min(samples);
        let mut cycle = Self {
            error: SquaredError::default(),
            chosen: (0..count).map(|at| at * dataset.len() / count).collect(),
            own: Vec::new(),
            translated: Vec::new(),
        };
        for indices in cycle.chosen.chunks(BATCH) {
            let images = Images::new(dataset.shape(), dataset.gather(indices)?.images)?;
            let translated = translator.translate(images.clone(), direction)?;
            visit(&translated, indices)?;
            if dataset.shape().is_point() {
                cycle.own.extend(images.data());
                cycle.translated.extend(translated.data());
            }
            let back = translator.translate(translated, direction.reverse())?;
            cycle.error.add(&back, &images);
        }
        Ok(cycle)
    }

    fn labels(&self, dataset: &Dataset) -> Vec<u32> {
        let labels = dataset.labels().unwrap_or_default();
        let labels = self.chosen.iter().map(|&index| labels[index]);
        labels.collect()
    }

    /// `None` for images and for points without classes.
    fn modes(&self, dataset: &Dataset) -> Option<Modes> {
        if !dataset.shape().is_point() || dataset.labels().is_none() {
            return None;
        }
        Modes::of(&self.own, &self.labels(dataset), dataset.classes().len())
    }
}
