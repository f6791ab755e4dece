//! The fused update is bitwise equal to burn-optim's own optimizers.

use burn::nn::{Linear, LinearConfig};
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, TensorData};

use super::*;
use crate::experiment::{OptimizerConfig, OptimizerKind};
use crate::optimizer::{adam, adamw};

const RATE: f64 = 3e-3;

/// More elements than a chunk of the fused update, and not a multiple of it.
const SIZES: [usize; 2] = [301, 257];

fn config(kind: OptimizerKind, weight_decay: f64) -> OptimizerConfig {
    let text = format!(
        "kind = \"adam\"\nrate = {RATE}\nbetas = [0.5, 0.999]\nepsilon = 1e-8\nweight_decay = {weight_decay}"
    );
    OptimizerConfig {
        kind,
        ..toml::from_str(&text).unwrap()
    }
}

/// Ours and Burn's own.
fn pair(kind: OptimizerKind, weight_decay: f64) -> [ModuleOptimizer; 2] {
    let config = config(kind, weight_decay);
    let ours = match kind {
        OptimizerKind::Adamw => adamw(&config),
        _ => adam(&config),
    };
    let fallback = match ours.fallback.clone() {
        BurnAdam::Adam(adam) => adam.into(),
        BurnAdam::AdamW(adamw) => adamw.into(),
    };
    [ours.into(), fallback]
}

/// Magnitudes from 1e-3 to 10, without random numbers, because concurrent tests seed the device.
fn gradients(layer: &Linear, index: i32) -> GradientsParams {
    let device = layer.weight.val().inner().device();
    let spread = 10.0_f32.powi(index % 5 - 3);
    let wave = |len: usize, phase: f32| -> Vec<f32> {
        let at = |at: usize| (at as f32 * 1.7 + phase + index as f32).sin() * spread;
        (0..len).map(at).collect()
    };
    let mut gradients = GradientsParams::new();
    let weight = TensorData::new(wave(SIZES[0] * SIZES[1], 0.0), SIZES);
    gradients.register(layer.weight.id, Tensor::<2>::from_data(weight, &device));
    let bias = TensorData::new(wave(SIZES[1], 0.5), [SIZES[1]]);
    let id = layer.bias.as_ref().unwrap().id;
    gradients.register(id, Tensor::<1>::from_data(bias, &device));
    gradients
}

fn layer() -> Linear {
    LinearConfig::new(SIZES[0], SIZES[1]).init(&Device::flex().autodiff())
}

fn bits(layer: &Linear) -> Vec<u32> {
    let weight: Vec<f32> = layer.weight.val().into_data().try_to_vec().unwrap();
    let bias: Vec<f32> = layer
        .bias
        .as_ref()
        .unwrap()
        .val()
        .into_data()
        .try_to_vec()
        .unwrap();
    weight.into_iter().chain(bias).map(f32::to_bits).collect()
}

const KINDS: [(OptimizerKind, f64); 4] = [
    (OptimizerKind::Adam, 0.0),
    (OptimizerKind::Adam, 0.1),
    (OptimizerKind::Adamw, 0.0),
    (OptimizerKind::Adamw, 0.1),
];

#[test]
fn every_step_is_bitwise_equal_to_burns() {
    for (kind, decay) in KINDS {
        let layer = layer();
        let mut layers = [layer.clone(), layer];
        let start = bits(&layers[0]);
        let mut optimizers = pair(kind, decay);
        for index in 0..20 {
            for (layer, optimizer) in layers.iter_mut().zip(&mut optimizers) {
                let gradients = gradients(layer, index);
                *layer = optimizer.step(RATE, layer.clone(), gradients);
            }
            let [ours, fallback] = layers.each_ref().map(bits);
            assert!(ours == fallback, "{kind:?} {decay} {index}");
        }
        assert!(bits(&layers[0]) != start);
    }
}

#[test]
fn records_of_burns_optimizer_can_be_resumed() {
    for (kind, decay) in KINDS {
        let mut layer = layer();
        let [ours, mut fallback] = pair(kind, decay);
        for index in 0..3 {
            layer = fallback.step(RATE, layer.clone(), gradients(&layer, index));
        }
        let mut ours = ours.from_bytes(fallback.into_bytes().unwrap()).unwrap();
        let going = fallback.step(RATE, layer.clone(), gradients(&layer, 3));
        let resumed = ours.step(RATE, layer.clone(), gradients(&layer, 3));
        assert!(bits(&going) == bits(&resumed), "{kind:?} {decay}");
    }
}

#[test]
fn shared_tensors_are_not_overwritten() {
    let [mut ours, _] = pair(OptimizerKind::Adam, 0.0);
    let start = layer();
    let before = ours.step(RATE, start.clone(), gradients(&start, 0));
    let (kept, saved) = (bits(&before), ours.clone());
    let record = saved.into_bytes().unwrap();
    let _ = ours.step(RATE, before.clone(), gradients(&before, 1));
    assert!(bits(&before) == kept);
    assert!(saved.into_bytes().unwrap()[..] == record[..]);
}

#[test]
fn a_non_finite_gradient_affects_only_its_weight() {
    for (kind, decay) in KINDS {
        let [mut ours, _] = pair(kind, decay);
        let start = layer();
        let moved = ours.step(RATE, start.clone(), gradients(&start, 0));
        let mut lost = gradients(&moved, 1);
        let weight = lost.remove::<2>(moved.weight.id).unwrap();
        let nan = Tensor::full([1, 1], f32::NAN, &weight.device());
        lost.register(moved.weight.id, weight.slice_assign([2..3, 5..6], nan));
        let moved = ours.step(RATE, moved, lost);
        let values: Vec<f32> = moved.weight.val().into_data().try_to_vec().unwrap();
        for (at, value) in values.iter().enumerate() {
            assert_eq!(value.is_nan(), at == 2 * SIZES[1] + 5);
        }
    }
}
