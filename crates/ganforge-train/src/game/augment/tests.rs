//! Augmentations compared with PyTorch (`references/augment.py`), and the ranges of their parameters.

use std::collections::BTreeMap;

use burn::tensor::{Device, Distribution, Tensor, TensorData};
use ganforge_model::keyed_rng;
use serde::Deserialize;

use super::{Augmentation, Holes, Jitter, Shifts, augment};

const ALL: [Augmentation; 3] = [
    Augmentation::Colour,
    Augmentation::Translation,
    Augmentation::Cutout,
];

#[derive(Deserialize)]
struct Case {
    shape: [usize; 4],
    images: Vec<f32>,
    functional: Vec<f32>,
    outcomes: Outcomes,
}

#[derive(Deserialize)]
struct Outcomes {
    colour: Outcome<f32>,
    translation: Outcome<i64>,
    cutout: Outcome<i64>,
}

#[derive(Deserialize)]
struct Outcome<T> {
    draws: BTreeMap<String, Vec<T>>,
    output: Vec<f64>,
    gradient: Vec<f64>,
}

impl Case {
    fn tensor(&self, values: &[f32]) -> Tensor<4> {
        let data = TensorData::new(values.to_vec(), self.shape);
        Tensor::from_data(data, &Device::flex().autodiff())
    }

    fn check<T>(&self, outcome: &Outcome<T>, apply: impl Fn(Tensor<4>) -> Tensor<4>) {
        let images = self.tensor(&self.images).require_grad();
        let output = apply(images.clone());
        assert_eq!(output.dims(), self.shape);
        let gradients = (output.clone() * self.tensor(&self.functional))
            .sum()
            .backward();
        assert_close(&values(output), &outcome.output);
        let gradient = images.grad(&gradients).unwrap();
        assert_close(&values(gradient), &outcome.gradient);
    }
}

fn values(tensor: Tensor<4>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

/// Asserts equality to 1e-5 of the largest value.
fn assert_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    for (found, expected) in found.iter().zip(expected) {
        let error = (found - expected).abs();
        assert!(error <= 1e-5 * largest, "{found} is not {expected}");
    }
}

#[test]
fn outputs_and_input_gradients_match_pytorch() {
    let stored = include_str!("../../../../../references/augment.json");
    for case in serde_json::from_str::<Vec<Case>>(stored).unwrap() {
        let Outcomes {
            colour,
            translation,
            cutout,
        } = &case.outcomes;
        let jitter = Jitter {
            brightness: colour.draws["brightness"].clone(),
            saturation: colour.draws["saturation"].clone(),
            contrast: colour.draws["contrast"].clone(),
        };
        case.check(colour, |images| jitter.apply(images));
        let shifts = Shifts {
            down: translation.draws["down"].clone(),
            right: translation.draws["right"].clone(),
        };
        case.check(translation, |images| shifts.apply(images));
        let holes = Holes {
            down: cutout.draws["down"].clone(),
            right: cutout.draws["right"].clone(),
        };
        case.check(cutout, |images| holes.apply(images));
    }
}

#[test]
fn parameters_fill_their_ranges() {
    let mut rng = keyed_rng(1, "augmentation", 0);
    let range = |values: &[i64]| (*values.iter().min().unwrap(), *values.iter().max().unwrap());
    // 12 / 8 rounds up to 2, 5 / 8 to 1; a hole is 6 pixels tall and 3 wide.
    let shape = [2000, 1, 12, 5];
    let shifts = Shifts::draw(shape, &mut rng);
    assert_eq!(
        (range(&shifts.down), range(&shifts.right)),
        ((-2, 2), (-1, 1))
    );
    let holes = Holes::draw(shape, &mut rng);
    assert_eq!((range(&holes.down), range(&holes.right)), ((0, 12), (0, 4)));
    let jitter = Jitter::draw(shape, &mut rng);
    for factors in [jitter.brightness, jitter.saturation, jitter.contrast] {
        assert_eq!(factors.len(), 2000);
        assert!(factors.iter().all(|factor| (0.0..1.0).contains(factor)));
        let mean = factors.iter().sum::<f32>() / 2000.0;
        // Five standard errors.
        assert!(
            (mean - 0.5).abs() < 5.0 * (1.0_f32 / 12.0 / 2000.0).sqrt(),
            "{mean}"
        );
    }
}

#[test]
fn a_seed_determines_the_result_and_augmentations_apply_in_order() {
    let images = Tensor::<4>::random(
        [3, 3, 8, 8],
        Distribution::Uniform(-1.0, 1.0),
        &Device::flex(),
    );
    let with = |list: &[Augmentation], seed| {
        values(augment(
            list,
            images.clone(),
            &mut keyed_rng(seed, "augmentation", 0),
        ))
    };
    assert_eq!(with(&ALL, 1), with(&ALL, 1));
    assert_ne!(with(&ALL, 1), with(&ALL, 2));
    assert_eq!(with(&[], 1), values(images.clone()));
    let mut rng = keyed_rng(1, "augmentation", 0);
    let by_hand = ALL[1].apply(ALL[2].apply(images.clone(), &mut rng), &mut rng);
    assert_eq!(with(&[ALL[2], ALL[1]], 1), values(by_hand));
}

#[test]
fn augmentations_serialise_in_kebab_case() {
    let names = serde_json::to_string(&ALL).unwrap();
    assert_eq!(names, r#"["colour","translation","cutout"]"#);
    assert_eq!(
        serde_json::from_str::<[Augmentation; 3]>(&names).unwrap(),
        ALL
    );
}
