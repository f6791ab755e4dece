//! Orthogonal regularisation agrees with PyTorch (`references/regularisers.py`).

use std::collections::BTreeMap;

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, TensorData};
use ganforge_model::apply_weights;
use serde::Deserialize;

use super::super::orthogonal::orthogonal;
use super::gradients_by_name;

#[derive(Module, Debug)]
struct Layers {
    linear: Vec<Linear>,
    conv: Conv2d,
    up: ConvTranspose2d,
}

#[derive(Deserialize)]
struct Stored {
    orthogonal: Case,
}

#[derive(Deserialize)]
struct Case {
    beta: f64,
    weights: BTreeMap<String, Weight>,
    outcomes: Vec<Outcome>,
}

#[derive(Deserialize)]
struct Weight {
    shape: Vec<usize>,
    values: Vec<f32>,
}

#[derive(Deserialize)]
struct Outcome {
    unit_norms: bool,
    value: f64,
    gradients: BTreeMap<String, Vec<f64>>,
}

fn stored() -> Case {
    let stored = include_str!("../../../../../../references/regularisers.json");
    serde_json::from_str::<Stored>(stored).unwrap().orthogonal
}

/// With two groups of filters in the convolution.
fn layers(case: &Case) -> Layers {
    let device = Device::flex().autodiff();
    let linear = |[inputs, outputs]: [usize; 2]| {
        LinearConfig::new(inputs, outputs)
            .with_bias(false)
            .init(&device)
    };
    let layers = Layers {
        linear: vec![linear([6, 4]), linear([2, 7]), linear([4, 5])],
        conv: Conv2dConfig::new([4, 4], [3, 2])
            .with_groups(2)
            .with_bias(false)
            .init(&device),
        up: ConvTranspose2dConfig::new([3, 2], [4, 4])
            .with_bias(false)
            .init(&device),
    };
    let weights = case.weights.iter().map(|(name, weight)| {
        let data = TensorData::new(weight.values.clone(), weight.shape.clone());
        (name.clone(), data)
    });
    apply_weights(layers, weights.collect()).unwrap()
}

#[test]
fn values_and_weight_gradients_agree_with_pytorch() {
    let case = stored();
    let layers = layers(&case);
    assert_eq!(case.outcomes.len(), 2);
    for outcome in &case.outcomes {
        let loss = orthogonal(&layers, case.beta, outcome.unit_norms).unwrap();
        let value: f64 = loss.clone().into_data().iter::<f64>().sum();
        assert!((value / outcome.value - 1.0).abs() < 1e-5, "{value}");
        let found = gradients_by_name(&loss, &layers);
        assert!(found.keys().eq(outcome.gradients.keys()));
        for (name, expected) in &outcome.gradients {
            let largest = expected.iter().fold(0.0_f64, |most, g| most.max(g.abs()));
            for (found, expected) in found[name].iter().zip(expected) {
                let error = (found - expected).abs() / largest;
                assert!(error < 1e-5, "{name}: {found} is not {expected}");
            }
        }
    }
}

#[test]
fn orthogonal_filters_of_any_length_are_not_penalised() {
    let device = Device::flex().autodiff();
    let mut layer = LinearConfig::new(3, 2).init(&device);
    let weights = [[2.0, 0.0], [0.0, 1.0], [0.0, 0.0]];
    layer.weight = burn::module::Param::from_data(weights, &device);
    let value = |unit_norms| -> f32 { orthogonal(&layer, 1.0, unit_norms).unwrap().into_scalar() };
    assert_eq!(value(false).to_bits(), 0.0_f32.to_bits());
    // One squared length is 4 instead of 1.
    assert!((value(true) - 9.0).abs() < 1e-6);
}

#[test]
fn only_weights_that_track_gradients_count() {
    let frozen = layers(&stored()).no_grad();
    assert!(orthogonal(&frozen, 1.0, false).is_none());
    let norm = burn::nn::BatchNormConfig::new(3).init(&Device::flex().autodiff());
    assert!(orthogonal(&norm, 1.0, false).is_none());
}
