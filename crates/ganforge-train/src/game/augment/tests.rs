//! Augmentations against PyTorch (`references/augment.py`), and the draws they are made from.

use std::collections::BTreeMap;

use burn::tensor::{Device, Distribution, Tensor, TensorData};
use ganforge_model::keyed_rng;
use serde::Deserialize;

use super::{Augmentation, Holes, Jitter, Shifts, augment};

const EVERY: [Augmentation; 3] = [
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
    fn tensor(&self, numbers: &[f32]) -> Tensor<4> {
        let data = TensorData::new(numbers.to_vec(), self.shape);
        Tensor::from_data(data, &Device::flex().autodiff())
    }

    fn check<T>(&self, outcome: &Outcome<T>, apply: impl Fn(Tensor<4>) -> Tensor<4>) {
        let images = self.tensor(&self.images).require_grad();
        let output = apply(images.clone());
        assert_eq!(output.dims(), self.shape);
        let gradients = (output.clone() * self.tensor(&self.functional))
            .sum()
            .backward();
        assert_close(&numbers(output), &outcome.output);
        let gradient = images.grad(&gradients).unwrap();
        assert_close(&numbers(gradient), &outcome.gradient);
    }
}

fn numbers(tensor: Tensor<4>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

/// To 1e-5 of the largest number.
fn assert_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    for (found, expected) in found.iter().zip(expected) {
        let error = (found - expected).abs();
        assert!(error <= 1e-5 * largest, "{found} is not {expected}");
    }
}

#[test]
fn outputs_and_image_gradients_are_those_of_pytorch() {
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
fn draws_fill_their_ranges_and_no_more() {
    let mut rng = keyed_rng(1, "augmentation", 0);
    let range = |numbers: &[i64]| {
        (
            *numbers.iter().min().unwrap(),
            *numbers.iter().max().unwrap(),
        )
    };
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
    for shares in [jitter.brightness, jitter.saturation, jitter.contrast] {
        assert_eq!(shares.len(), 2000);
        assert!(shares.iter().all(|share| (0.0..1.0).contains(share)));
        let mean = shares.iter().sum::<f32>() / 2000.0;
        // Five standard errors.
        assert!(
            (mean - 0.5).abs() < 5.0 * (1.0_f32 / 12.0 / 2000.0).sqrt(),
            "{mean}"
        );
    }
}

#[test]
fn one_seed_augments_alike_in_the_order_of_the_list() {
    let images = Tensor::<4>::random(
        [3, 3, 8, 8],
        Distribution::Uniform(-1.0, 1.0),
        &Device::flex(),
    );
    let with = |list: &[Augmentation], seed| {
        numbers(augment(
            list,
            images.clone(),
            &mut keyed_rng(seed, "augmentation", 0),
        ))
    };
    assert_eq!(with(&EVERY, 1), with(&EVERY, 1));
    assert_ne!(with(&EVERY, 1), with(&EVERY, 2));
    assert_eq!(with(&[], 1), numbers(images.clone()));
    let mut rng = keyed_rng(1, "augmentation", 0);
    let by_hand = EVERY[1].apply(EVERY[2].apply(images.clone(), &mut rng), &mut rng);
    assert_eq!(with(&[EVERY[2], EVERY[1]], 1), numbers(by_hand));
}

#[test]
fn a_recipe_names_augmentations_in_kebab_case() {
    let names = serde_json::to_string(&EVERY).unwrap();
    assert_eq!(names, r#"["colour","translation","cutout"]"#);
    assert_eq!(
        serde_json::from_str::<[Augmentation; 3]>(&names).unwrap(),
        EVERY
    );
}
