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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use burn::tensor::{Device, TensorData};
    use ganforge_data::{DataOptions, DataSpec};
    use ganforge_model::networks::{TranslatorConfig, Translators};
    use ganforge_model::{apply_weights, collect_weights, keyed_rng};

    use super::*;

    fn dataset(spec: &DataSpec, size: Option<[usize; 2]>) -> Dataset {
        let options = DataOptions {
            labels: true,
            size,
            ..DataOptions::default()
        };
        Dataset::open(spec, &options).unwrap()
    }

    /// Both translators are `output(scale · x + shift)`, with a shift of the first coordinate for each direction.
    fn translator(dataset: &Dataset, output: &str, scale: f32, shifts: [f32; 2]) -> Translator {
        let device = Device::flex();
        let config = format!(r#"{{"kind": "mlp", "hidden": [], "output": "{output}"}}"#);
        let config: TranslatorConfig = serde_json::from_str(&config).unwrap();
        let values = dataset.shape().values();
        let network = |shift: f32| {
            let rng = &mut keyed_rng(0, "weights", 0);
            let network = config.init(dataset.shape(), rng, &device).unwrap();
            let mut weights = collect_weights(&network);
            let mut matrix = vec![0.0; values * values];
            matrix
                .iter_mut()
                .step_by(values + 1)
                .for_each(|value| *value = scale);
            let mut bias = vec![0.0; values];
            bias[0] = shift;
            let matrix = TensorData::new(matrix, [values, values]);
            weights.insert("output.weight".to_owned(), matrix);
            weights.insert("output.bias".to_owned(), TensorData::new(bias, [values]));
            apply_weights(network, weights).unwrap()
        };
        let networks = Translators {
            to_target: network(shifts[0]),
            to_source: network(shifts[1]),
        };
        Translator::new(&networks, dataset.shape(), &device)
    }

    fn measured(
        translator: &Translator,
        source: &Dataset,
        target: &Dataset,
        samples: usize,
    ) -> BTreeMap<&'static str, f64> {
        let values = measure(translator, source, target, samples).unwrap();
        values.into_iter().collect()
    }

    #[test]
    fn a_known_shift_gives_its_error_and_its_modes() {
        let (ring5, ring10) = (
            dataset(&DataSpec::Ring5, None),
            dataset(&DataSpec::Ring10, None),
        );
        // There by 6, to the centre of the other ring, and back by 5.
        let shifted = translator(&ring5, "linear", 1.0, [6.0, -5.0]);
        let found = measured(&shifted, &ring5, &ring10, 1000);
        for metric in ["rmse_source", "rmse_target"] {
            // One of two coordinates is off by 1.
            assert!((found[metric] - 0.5_f64.sqrt()).abs() < 1e-5, "{found:?}");
        }
        assert!((found["near_target"], found["modes_target"]) == (0.0, 0.0));
        let names: Vec<&str> = found.into_keys().collect();
        let mut expected = OF_POINTS.to_vec();
        expected.sort_unstable();
        assert_eq!(names, expected);

        let still = translator(&ring5, "linear", 1.0, [0.0, 0.0]);
        let found = measured(&still, &ring5, &ring5, 2000);
        for metric in ["modes_target", "modes_source", "distinct_modes"] {
            assert!((found[metric] - 5.0).abs() < 1e-9, "{metric}: {found:?}");
        }
        // 1 - exp(-9/2) of a Gaussian.
        assert!((found["near_target"] - 0.98889).abs() < 0.01, "{found:?}");
        assert!(found["rmse_source"] < 1e-6);
    }

    #[test]
    fn values_that_the_data_do_not_admit_are_absent() {
        let points = Dataset::open(&DataSpec::Ring5, &DataOptions::default()).unwrap();
        let still = translator(&points, "linear", 1.0, [0.0, 0.0]);
        let found = measured(&still, &points, &points, 100);
        let names: Vec<&str> = found.into_keys().collect();
        assert_eq!(names, ["rmse_source", "rmse_target"]);
        let diverged = translator(&points, "linear", f32::NAN, [0.0, 0.0]);
        assert!(measured(&diverged, &points, &points, 100).is_empty());
    }

    /// The 8×8 digits as IDX files of 28×28 pixels with the frame of MNIST, in which a digit has 20×20.
    fn framed_digits(folder: &std::path::Path) -> DataSpec {
        let digits = dataset(&DataSpec::Digits, None);
        let first: Vec<usize> = (0..200).collect();
        let values = digits.gather(&first).unwrap().images;
        let labels = digits.labels().unwrap()[..200].iter();
        let mut images = vec![0_u8; 200 * 28 * 28];
        for (image, digit) in images.chunks_mut(28 * 28).zip(values.chunks(64)) {
            for (at, pixel) in image.iter_mut().enumerate() {
                let (y, x) = (at / 28, at % 28);
                if (4..24).contains(&y) && (4..24).contains(&x) {
                    let value = digit[(y - 4) * 8 / 20 * 8 + (x - 4) * 8 / 20];
                    let above = |level: &u8| f32::from(*level) > 8.0 * value + 7.5;
                    // The digits have 17 levels.
                    *pixel = 15 * (0..16).find(above).unwrap_or(16);
                }
            }
        }
        let file = |magic: u8, dimensions: &[u32], content: Vec<u8>| {
            let dimensions = dimensions.iter().flat_map(|size| size.to_be_bytes());
            let header = [0, 0, 8, magic].into_iter().chain(dimensions);
            header.chain(content).collect::<Vec<u8>>()
        };
        let labels = labels.map(|&label| label as u8).collect();
        for (name, bytes) in [
            ("train-images-idx3-ubyte", file(3, &[200, 28, 28], images)),
            ("train-labels-idx1-ubyte", file(1, &[200], labels)),
        ] {
            std::fs::write(folder.join(name), bytes).unwrap();
        }
        DataSpec::Idx(folder.to_owned())
    }

    #[test]
    fn digits_that_keep_their_class_agree_and_blank_ones_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let digits = dataset(&framed_digits(folder.path()), None);
        let agreement = |scale| {
            let translator = translator(&digits, "tanh", scale, [0.0, 0.0]);
            measured(&translator, &digits, &digits, 200)["class_agreement"]
        };
        let (kept, blank) = (agreement(2.0), agreement(0.0));
        assert!(kept > 0.6 && blank < 0.2, "{kept}, {blank}");
        // 8×8 pixels are too few for the classifier.
        let small = dataset(&DataSpec::Digits, None);
        let translator = translator(&small, "tanh", 2.0, [0.0, 0.0]);
        let found = measured(&translator, &small, &small, 100);
        assert!(!found.contains_key("class_agreement"));
    }
}
