use super::*;
use std::collections::BTreeMap;

use burn::nn::conv::Conv2dConfig;
use burn::nn::{Linear, LinearConfig};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use ganforge_model::{ModelError, apply_weights, collect_weights, keyed_rng};
use serde::Deserialize;

fn rng() -> ChaCha8Rng {
    keyed_rng(3, "power iteration", 0)
}

fn layer(weight: [[f32; 2]; 3]) -> Linear {
    let device = Device::flex().autodiff();
    let mut layer = LinearConfig::new(3, 2).init(&device);
    layer.weight = Param::from_tensor(Tensor::from_data(weight, &device));
    layer
}

/// The same layer with another weight and unchanged vectors, as after an optimizer step.
fn moved(layer: &Linear, weight: [[f32; 2]; 3]) -> Linear {
    let mut state = collect_weights(layer);
    state.insert("weight".to_owned(), weight.into());
    apply_weights(layer.clone(), state).unwrap()
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec().unwrap()
}

#[test]
fn the_largest_singular_value_becomes_one() {
    // Singular values 3 and 1, in rotated axes.
    let (sine, cosine) = 0.5_f32.sin_cos();
    let layer = normalise(
        layer([[3.0 * cosine, -sine], [3.0 * sine, cosine], [0.0, 0.0]]),
        &mut rng(),
    );
    let found = numbers(layer.weight.val());
    let expected = [cosine, -sine / 3.0, sine, cosine / 3.0, 0.0, 0.0];
    for (found, expected) in found.into_iter().zip(expected) {
        assert!((found - expected).abs() < 1e-6, "{found}, {expected}");
    }
    assert!((numbers(layer.weight.base())[0] - 3.0 * cosine).abs() < 1e-6);
}

#[test]
fn power_iterations_follow_a_changed_weight() {
    let layer = normalise(layer([[2.0, 0.0], [0.0, 1.0], [0.0, 0.0]]), &mut rng());
    let mut layer = moved(&layer, [[1.0, 0.2], [0.1, 4.0], [0.0, 0.0]]);
    for _ in 0..20 {
        layer = iterate(layer);
    }
    // The largest eigenvalue of WWᵀ, [[1.04, 0.9], [0.9, 16.01]].
    let (trace, determinant) = (17.05_f32, 1.04 * 16.01 - 0.81);
    let largest = f32::midpoint(trace, (trace * trace - 4.0 * determinant).sqrt()).sqrt();
    let found = numbers(layer.weight.val())[3];
    assert!((found - 4.0 / largest).abs() < 1e-6, "{found}");
}

#[test]
fn the_gradient_of_the_stored_weight_includes_the_norm() {
    let weight = [[2.0, 0.4], [-0.3, 0.8], [0.5, -0.7]];
    let layer = normalise(layer(weight), &mut rng());
    let factors = Tensor::from_data([[0.3, -1.0], [0.7, 0.2], [-0.5, 0.9]], &Device::flex());
    let loss = (layer.weight.val() * Tensor::from_inner(factors)).sum();
    let gradients = GradientsParams::from_grads(loss.backward(), &layer);
    let found = numbers(gradients.get::<2>(layer.weight.id).unwrap());
    // ‖W‖ does not depend on the length of W, so the gradient has no part along it.
    let along: f32 = found
        .iter()
        .zip(weight.as_flattened())
        .map(|(g, w)| g * w)
        .sum();
    assert!(along.abs() < 1e-6, "{along}");
    let value = |weight: [[f32; 2]; 3]| {
        // Numeric gradient at converged vectors: σ's own derivative is uvᵀ.
        let layer = (0..30).fold(moved(&layer, weight), |layer, _| iterate(layer));
        let weights = numbers(layer.weight.val());
        let factors = [0.3, -1.0, 0.7, 0.2, -0.5, 0.9];
        weights
            .iter()
            .zip(factors)
            .map(|(w, f)| f64::from(w * f))
            .sum::<f64>()
    };
    for (index, found) in found.into_iter().enumerate() {
        let at = |step: f32| {
            let mut weight = weight;
            weight.as_flattened_mut()[index] += step;
            value(weight)
        };
        let measured = (at(1e-2) - at(-1e-2)) / 2e-2;
        let error = (measured - f64::from(found)).abs();
        assert!(error < 2e-4, "{index}: {measured}, {found}");
    }
}

#[test]
fn vectors_are_state_and_not_parameters() -> Result<(), ModelError> {
    let normalised = normalise(layer([[2.0, 0.3], [0.0, 1.0], [0.5, 0.0]]), &mut rng());
    let state: BTreeMap<_, _> = collect_weights(&normalised);
    let names: Vec<&str> = state.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "bias",
            "weight",
            "weight.spectral_norm.left",
            "weight.spectral_norm.right"
        ]
    );
    // Another network continues from the saved vectors.
    let other = normalise(layer([[9.0, 0.0], [1.0, 1.0], [0.5, 3.0]]), &mut rng());
    let restored = apply_weights(other, state)?;
    let both = [&normalised, &restored].map(|layer| numbers(layer.weight.val()));
    assert_eq!(both[0], both[1]);
    assert_eq!(crate::weights::trainable_parameters(&restored), 8);
    Ok(())
}

#[derive(Deserialize)]
struct Stored {
    spectral: Case,
}

#[derive(Deserialize)]
struct Case {
    weight: Vec<f32>,
    left_before: Vec<f32>,
    factors: Vec<f32>,
    left: Vec<f32>,
    right: Vec<f32>,
    normalised: Vec<f32>,
    gradients: BTreeMap<String, Vec<f32>>,
}

fn assert_close(found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-6, "{found}, {expected}");
    }
}

#[test]
fn a_normalised_convolution_agrees_with_pytorch() {
    let stored = include_str!("../../../../../references/regularisers.json");
    let case = serde_json::from_str::<Stored>(stored).unwrap().spectral;
    let device = Device::flex().autodiff();
    let layer = Conv2dConfig::new([2, 3], [3, 3])
        .with_bias(false)
        .init(&device);
    let layer = normalise(layer, &mut rng());
    let mut state = collect_weights(&layer);
    let shape = [3, 2, 3, 3];
    let weight = TensorData::new(case.weight, shape);
    state.insert("weight".to_owned(), weight);
    let left = TensorData::new(case.left_before, [3]);
    state.insert("weight.spectral_norm.left".to_owned(), left);
    let layer = iterate(apply_weights(layer, state).unwrap());
    let state = collect_weights(&layer);
    let vector = |name: &str| state[name].try_to_vec::<f32>().unwrap();
    assert_close(&vector("weight.spectral_norm.left"), &case.left);
    assert_close(&vector("weight.spectral_norm.right"), &case.right);
    assert_close(&numbers(layer.weight.val()), &case.normalised);
    let factors = Tensor::<4>::from_data(TensorData::new(case.factors, shape), &device);
    let loss = (layer.weight.val() * factors).sum();
    let gradients = GradientsParams::from_grads(loss.backward(), &layer);
    let found = numbers(gradients.get::<4>(layer.weight.id).unwrap());
    assert_close(&found, &case.gradients["weight"]);
}
