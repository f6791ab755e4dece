//! The metrics against stored results of scipy, scikit-learn, prdc, torch-fidelity and the authors' Parzen formula, from `references/metrics.py`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::scattered;
use crate::{
    Estimate, Estimator, Features, GRID, Moments, Reach, Spread, diversity, frechet,
    frechet_of_features, inception_score, kernel, overlap, parzen, scales,
};

const STORED: &str = include_str!("../../../../references/metrics.json");

#[derive(Deserialize)]
struct Stored {
    pairs: Vec<Pair>,
    inception: Vec<Inception>,
    parzen: Vec<Parzen>,
    similarity: Vec<Alike>,
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
    side: usize,
    scales: usize,
    similarity: f64,
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
        let found = kernel(&samples, &reference, Estimator::Whole, 0)
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
            let reach = Reach {
                precision: k,
                density: k,
            };
            let found = overlap(&samples, &reference, reach).unwrap();
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
        let found = parzen(&samples, &validation, &test, &GRID).unwrap();
        assert_close(found.sigma, case.sigma, 1e-12);
        assert_close(found.nats.value, case.mean, 1e-5);
        assert_close(deviation(found.nats), case.error, 1e-4);
    }
}

#[test]
fn similarity_is_that_of_the_formula() {
    for case in stored().similarity {
        let both = case.images.made();
        let mixed = both.row(0).iter().zip(both.row(1));
        let second: Vec<f32> = mixed
            .map(|(one, other)| (one * 3.0 + other) / 4.0)
            .collect();
        let data = [both.row(0), &second].concat();
        let images = Features::new(2, case.side * case.side, data).unwrap();
        assert_eq!(scales(case.side, case.side), case.scales);
        let found = diversity(&images, [1, case.side, case.side], 4, 0).unwrap();
        assert_close(found.value, case.similarity, 1e-9);
    }
}
