//! The metrics against stored results of scipy, scikit-learn, prdc, torch-fidelity, pytorch-msssim, the authors' Parzen formula and the protocol of
//! modes, from `references/metrics.py`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::scattered;
use crate::metrics::{
    KernelEstimator, Moments, NearestK, PARZEN_GRID, diversity, frechet, frechet_of_features,
    inception_score, kernel, mixture_modes, ms_ssim_scales, nearest_training, parzen, prdc,
};
use crate::{Estimate, Features, ImageShape, Spread};

const STORED: &str = include_str!("../../../../references/metrics.json");

#[derive(Deserialize)]
struct Stored {
    pairs: Vec<Pair>,
    inception: Vec<Inception>,
    parzen: Vec<Parzen>,
    similarity: Vec<Alike>,
    modes: Vec<Found>,
    nearest: Vec<Copies>,
}

#[derive(Deserialize)]
struct Recipe {
    rows: usize,
    columns: usize,
    seed: u64,
    scale: f32,
    shift: f32,
}

#[derive(Deserialize)]
struct Pair {
    samples: Recipe,
    reference: Recipe,
    frechet: f64,
    kernel: f64,
    fidelity_kernel: Option<f64>,
    overlap: BTreeMap<usize, Overlapping>,
}

#[derive(Deserialize)]
struct Overlapping {
    precision: f64,
    recall: f64,
    density: f64,
    coverage: f64,
    fidelity_precision: f64,
    fidelity_recall: f64,
}

#[derive(Deserialize)]
struct Inception {
    logits: Recipe,
    splits: usize,
    mean: f64,
    std: f64,
}

#[derive(Deserialize)]
struct Parzen {
    samples: Recipe,
    validation: Recipe,
    test: Recipe,
    sigma: f64,
    mean: f64,
    error: f64,
}

#[derive(Deserialize)]
struct Alike {
    images: Recipe,
    size: [usize; 3],
    scales: usize,
    similarity: f64,
}

#[derive(Deserialize)]
struct Found {
    samples: Recipe,
    mixture: String,
    modes: usize,
    high_quality: f64,
    reverse_kl: f64,
}

#[derive(Deserialize)]
struct Copies {
    samples: Recipe,
    held_out: Recipe,
    training: Recipe,
    suspicious: f64,
    medians: [f64; 2],
}

impl Recipe {
    fn made(&self) -> Features {
        let plain = scattered(self.rows, self.columns, self.seed);
        let data = plain
            .data()
            .iter()
            .map(|value| value * self.scale + self.shift)
            .collect();
        Features::new(self.rows, self.columns, data).unwrap()
    }
}

impl Pair {
    fn made(&self) -> (Features, Features) {
        (self.samples.made(), self.reference.made())
    }
}

fn stored() -> Stored {
    serde_json::from_str(STORED).unwrap()
}

#[track_caller]
fn assert_close(found: f64, expected: f64, tolerance: f64) {
    let apart = (found - expected).abs() / expected.abs();
    assert!(
        apart <= tolerance,
        "{found} for {expected}: {apart:.1e} apart"
    );
}

fn deviation(estimate: Estimate) -> f64 {
    match estimate.spread {
        Spread::StandardError(value) | Spread::Deviation(value) => value,
    }
}

#[test]
fn the_frechet_distance_is_that_of_scipy() {
    for pair in stored().pairs {
        let (samples, reference) = pair.made();
        assert_close(
            frechet_of_features(&samples, &reference).unwrap(),
            pair.frechet,
            1e-5,
        );
        let [samples, reference] = [samples, reference].map(|set| Moments::of(&set).unwrap());
        assert_close(frechet(&samples, &reference).unwrap(), pair.frechet, 1e-5);
    }
}

#[test]
fn the_kernel_distance_is_that_of_scikit_learn_and_torch_fidelity() {
    for pair in stored().pairs {
        let (samples, reference) = pair.made();
        let found = kernel(&samples, &reference, KernelEstimator::AllPairs, 0)
            .unwrap()
            .value;
        assert_close(found, pair.kernel, 1e-4);
        if let Some(expected) = pair.fidelity_kernel {
            assert_close(found, expected, 1e-4);
        }
    }
}

#[test]
fn precision_recall_density_and_coverage_are_those_of_prdc_and_torch_fidelity() {
    for pair in stored().pairs {
        let (samples, reference) = pair.made();
        for (&k, expected) in &pair.overlap {
            let reach = NearestK {
                precision: k,
                density: k,
            };
            let found = prdc(&samples, &reference, reach).unwrap();
            assert_close(found.precision, expected.precision, 1e-12);
            assert_close(found.recall, expected.recall, 1e-12);
            assert_close(found.density, expected.density, 1e-12);
            assert_close(found.coverage, expected.coverage, 1e-12);
            // Means of single precision.
            assert_close(found.precision, expected.fidelity_precision, 1e-6);
            assert_close(found.recall, expected.fidelity_recall, 1e-6);
        }
    }
}

#[test]
fn the_inception_score_is_that_of_torch_fidelity() {
    for case in stored().inception {
        let logits = case.logits.made();
        let data = logits.iter().flat_map(softmax).collect();
        let probabilities = Features::new(logits.rows(), logits.columns(), data).unwrap();
        let found = inception_score(&probabilities, case.splits).unwrap();
        assert_close(found.value, case.mean, 1e-6);
        assert!((deviation(found) - case.std).abs() <= 1e-6 * case.mean);
    }
}

fn softmax(logits: &[f32]) -> Vec<f32> {
    let powers: Vec<f64> = logits.iter().map(|&logit| f64::from(logit).exp()).collect();
    let total: f64 = powers.iter().sum();
    powers.iter().map(|power| (power / total) as f32).collect()
}

#[test]
fn the_parzen_likelihood_is_that_of_the_authors_formula() {
    for case in stored().parzen {
        let [samples, validation, test] =
            [&case.samples, &case.validation, &case.test].map(Recipe::made);
        let found = parzen(&samples, &validation, &test, &PARZEN_GRID).unwrap();
        assert_close(found.sigma, case.sigma, 1e-12);
        assert_close(found.nats.value, case.mean, 1e-5);
        assert_close(deviation(found.nats), case.error, 1e-4);
    }
}

#[test]
fn similarity_is_that_of_pytorch_msssim() {
    for case in stored().similarity {
        let both = case.images.made();
        let mixed = both.row(0).iter().zip(both.row(1));
        let second: Vec<f32> = mixed
            .map(|(one, other)| (one * 3.0 + other) / 4.0)
            .collect();
        let data = [both.row(0), &second].concat();
        let [channels, height, width] = case.size;
        let shape = ImageShape {
            channels,
            height,
            width,
        };
        assert_eq!(ms_ssim_scales(height, width), case.scales);
        let images = Features::new(2, shape.values(), data).unwrap();
        let found = diversity(&images, shape, 4, 0).unwrap();
        assert_close(found.value, case.similarity, 1e-9);
    }
}

/// The centers and the standard deviation of `references/score_modes.py`.
fn mixture(name: &str) -> (Features, f64) {
    let of_circle = |mode: usize| {
        let angle = std::f64::consts::TAU * mode as f64 / 8.0;
        [angle.cos() as f32, angle.sin() as f32]
    };
    let of_grid = |mode: usize| [mode / 5, mode % 5].map(|step| 2.0 * step as f32 - 4.0);
    let (centers, sigma): (Vec<[f32; 2]>, f64) = if name == "ring8" {
        ((0..8).map(of_circle).collect(), 0.01)
    } else {
        ((0..25).map(of_grid).collect(), 0.05)
    };
    (
        Features::new(centers.len(), 2, centers.concat()).unwrap(),
        sigma,
    )
}

#[test]
fn modes_are_those_of_the_protocol_in_numpy() {
    for case in stored().modes {
        let (centers, sigma) = mixture(&case.mixture);
        let found = mixture_modes(&case.samples.made(), &centers, sigma).unwrap();
        assert_eq!(found.found, case.modes);
        assert_close(found.high_quality, case.high_quality, 1e-12);
        assert_close(found.reverse_kl.unwrap(), case.reverse_kl, 1e-9);
    }
}

#[test]
fn distances_to_training_samples_are_those_of_scikit_learn() {
    for case in stored().nearest {
        let [samples, held_out, training] =
            [&case.samples, &case.held_out, &case.training].map(Recipe::made);
        let found = nearest_training(&samples, &held_out, &training).unwrap();
        assert_close(found.samples.median, case.medians[0], 1e-5);
        assert_close(found.held_out.median, case.medians[1], 1e-5);
        assert!((found.suspicious - case.suspicious).abs() < 1e-12);
    }
}
