//! How well translators do, on images that training does not see.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use burn::tensor::Device;
use ganforge_data::Dataset;
use ganforge_infer::{Images, SampleOptions, Signature, sample};
use ganforge_model::networks::{Translator, Translators};
use ganforge_model::{ImageShape, LatentSpec};

use crate::error::TrainError;

/// Root mean squared differences of images from their translations back and forth.
pub(super) const OF_IMAGES: &[&str] = &["rmse_source", "rmse_target"];

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

/// Images of each domain that are measured at most.
const MOST: usize = 10_000;

/// Images that are translated at a time.
const BATCH: usize = 256;

/// The values by name; those of points without classes are absent.
pub(super) fn measure(
    translators: &Translators,
    source: &Dataset,
    target: &Dataset,
    device: &Device,
) -> Result<BTreeMap<&'static str, f64>, TrainError> {
    let Translators {
        to_target,
        to_source,
    } = translators;
    let (a, b) = (first_images(source)?, first_images(target)?);
    let forth = translated(to_target, &a, device)?;
    let back = translated(to_source, &b, device)?;
    let again = [
        translated(to_source, &forth, device)?,
        translated(to_target, &back, device)?,
    ];
    let mut values = BTreeMap::from([
        ("rmse_source", rmse(&a, &again[0])),
        ("rmse_target", rmse(&b, &again[1])),
    ]);
    let modes = |dataset: &Dataset, points| {
        let is_point = dataset.shape().is_point();
        is_point.then(|| Modes::of(dataset, points)).flatten()
    };
    if let (Some(of_source), Some(of_target)) = (modes(source, &a), modes(target, &b)) {
        let (hit, near) = of_target.hit(&forth);
        values.extend([("modes_target", hit), ("near_target", near)]);
        let (hit, near) = of_source.hit(&back);
        values.extend([("modes_source", hit), ("near_source", near)]);
        let distinct = of_source.images_in(&of_target, source, &forth);
        values.insert("distinct_modes", distinct);
    }
    Ok(values)
}

fn first_images(dataset: &Dataset) -> Result<Arc<Images>, TrainError> {
    let first: Vec<usize> = (0..dataset.len().min(MOST)).collect();
    let pixels = dataset.gather(&first)?.images;
    Ok(Arc::new(Images::new(dataset.shape(), pixels)?))
}

fn translated(
    network: &Translator,
    images: &Arc<Images>,
    device: &Device,
) -> Result<Arc<Images>, TrainError> {
    let image: ImageShape = images.spec();
    let signature = Signature {
        latent: LatentSpec::normal(0),
        image,
        input: Some(image),
        classes: Vec::new(),
    };
    let options = SampleOptions {
        inputs: Some(images.clone()),
        batch: BATCH,
        ..SampleOptions::new(images.count(), 0)
    };
    Ok(Arc::new(sample(network, &signature, &options, device)?))
}

fn rmse(images: &Images, other: &Images) -> f64 {
    let pairs = images.data().iter().zip(other.data());
    let squares = pairs.map(|(a, b)| f64::from(a - b).powi(2));
    (squares.sum::<f64>() / images.data().len() as f64).sqrt()
}

/// The means of the classes of points, and their common standard deviation.
struct Modes {
    centers: Vec<[f64; 2]>,
    sigma: f64,
}

impl Modes {
    /// `None` without classes.
    fn of(dataset: &Dataset, points: &Images) -> Option<Self> {
        let labels = dataset.labels()?;
        let mut sums = vec![([0.0, 0.0], 0.0); dataset.classes().len()];
        let pairs = || points.iter().map(point).zip(labels);
        for ([x, y], &label) in pairs() {
            let (sum, count) = &mut sums[label as usize];
            sum[0] += x;
            sum[1] += y;
            *count += 1.0;
        }
        let mean = |([x, y], count): ([f64; 2], f64)| [x / count, y / count];
        let centers: Vec<[f64; 2]> = sums.into_iter().map(mean).collect();
        let squares =
            pairs().map(|(point, &label)| distance(point, centers[label as usize]).powi(2));
        let sigma = (squares.sum::<f64>() / (2.0 * points.count() as f64)).sqrt();
        Some(Self { centers, sigma })
    }

    /// The nearest mode of a point, and its distance. A mode without points has no centre and is never the nearest.
    fn nearest(&self, at: [f64; 2]) -> (usize, f64) {
        let distances = self.centers.iter().map(|&center| distance(at, center));
        let nearest = distances
            .enumerate()
            .filter(|(_, distance)| !distance.is_nan())
            .min_by(|(_, a), (_, b)| a.total_cmp(b));
        nearest.unwrap_or((0, f64::INFINITY))
    }

    /// The number of modes with a point within three standard deviations, and the share of points that are so near a mode.
    fn hit(&self, points: &Images) -> (f64, f64) {
        let near = points.iter().filter_map(|values| {
            let (mode, distance) = self.nearest(point(values));
            (distance <= 3.0 * self.sigma).then_some(mode)
        });
        let near: Vec<usize> = near.collect();
        let modes: BTreeSet<&usize> = near.iter().collect();
        let share = near.len() as f64 / points.count() as f64;
        (modes.len() as f64, share)
    }

    /// The number of different modes of `target` to which most points of a mode are translated.
    fn images_in(&self, target: &Self, source: &Dataset, translated: &Images) -> f64 {
        let labels = source.labels().unwrap_or_default();
        let mut counts = vec![vec![0_usize; target.centers.len()]; self.centers.len()];
        for (values, &label) in translated.iter().zip(labels) {
            let (mode, _) = target.nearest(point(values));
            counts[label as usize][mode] += 1;
        }
        let most = |counts: &Vec<usize>| {
            let counts = counts.iter().enumerate();
            let most = counts.max_by_key(|&(_, &count)| count);
            most.map(|(mode, _)| mode)
        };
        let modes: BTreeSet<usize> = counts.iter().filter_map(most).collect();
        modes.len() as f64
    }
}

fn point(values: &[f32]) -> [f64; 2] {
    [f64::from(values[0]), f64::from(values[1])]
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}
