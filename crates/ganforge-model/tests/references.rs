//! Images and scores compared with PyTorch's in float64 (`references/networks.py`).
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::collections::BTreeMap;

use burn::tensor::{Device, Int, Tensor, TensorData};
use ganforge_model::{
    Discriminator, DiscriminatorArchitecture, DiscriminatorConfig, DiscriminatorInput, Generator,
    GeneratorArchitecture, GeneratorConfig, GeneratorInput, ImageShape, apply_weights,
    collect_weights, keyed_rng,
};
use serde::Deserialize;

/// Tolerance, relative to the largest value.
const TOLERANCE: f64 = 1e-5;

#[derive(Deserialize)]
struct Case {
    generator: GeneratorConfig,
    discriminator: DiscriminatorConfig,
    image: ImageShape,
    classes: usize,
    labels: Option<Vec<i64>>,
    weights: Players,
    latents: Vec<f32>,
    images: Vec<f64>,
    scores: Vec<f64>,
}

#[derive(Deserialize)]
struct Players {
    generator: BTreeMap<String, Stored>,
    discriminator: BTreeMap<String, Stored>,
}

#[derive(Deserialize)]
struct Stored {
    shape: Vec<usize>,
    values: Vec<f32>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../../../references/networks.json")).unwrap()
}

fn tensors(stored: &BTreeMap<String, Stored>) -> BTreeMap<String, TensorData> {
    let stored = stored.iter().map(|(name, stored)| {
        let data = TensorData::new(stored.values.clone(), stored.shape.clone());
        (name.clone(), data)
    });
    stored.collect()
}

fn compare<const D: usize>(name: &str, found: Tensor<D>, expected: &[f64]) {
    let found: Vec<f64> = found.into_data().iter::<f64>().collect();
    assert_eq!(found.len(), expected.len(), "{name}");
    let largest = expected.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    for (found, expected) in found.iter().zip(expected) {
        let error = (found - expected).abs() / largest;
        assert!(error < TOLERANCE, "{name}: {found}, {expected}");
    }
}

#[test]
fn images_and_scores_equal_those_of_pytorch_with_the_same_weights() {
    let device = Device::flex();
    for case in cases() {
        let name = format!("{:?}", case.generator);
        let mut rng = keyed_rng(0, "weights", 0);
        let generator = case
            .generator
            .init(case.image, case.classes, &mut rng, &device);
        let generator = apply_weights(generator.unwrap(), tensors(&case.weights.generator));
        let discriminator = case
            .discriminator
            .init(case.image, case.classes, &mut rng, &device);
        let discriminator =
            apply_weights(discriminator.unwrap(), tensors(&case.weights.discriminator));
        let class = case
            .labels
            .map(|labels| Tensor::<1, Int>::from_data(labels.as_slice(), &device));
        let dimension = case.generator.latent().dimension;
        let shape = [case.latents.len() / dimension, dimension];
        let images = generator.unwrap().forward(
            GeneratorInput::noise(Tensor::from_data(
                TensorData::new(case.latents, shape),
                &device,
            ))
            .with_class(class.clone()),
        );
        compare(&name, images.clone(), &case.images);
        let judgement = discriminator
            .unwrap()
            .forward(DiscriminatorInput::new(images).with_class(class));
        compare(&name, judgement.logits, &case.scores);
    }
}

#[test]
fn weights_survive_collecting_and_applying() {
    let device = Device::flex();
    for case in cases() {
        let build = |seed| {
            let mut rng = keyed_rng(seed, "weights", 0);
            let net = case
                .generator
                .init(case.image, case.classes, &mut rng, &device);
            net.unwrap()
        };
        let stored = tensors(&case.weights.generator);
        let first = apply_weights(build(1), stored.clone()).unwrap();
        let second = apply_weights(build(2), collect_weights(&first)).unwrap();
        assert_eq!(collect_weights(&second), stored);
    }
}
