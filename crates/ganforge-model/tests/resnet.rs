//! Residual networks compared with those of the authors (`references/resnet.py`).
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use ganforge_model::{
    Discriminator, DiscriminatorArchitecture, DiscriminatorConfig, DiscriminatorInput, Generator,
    GeneratorArchitecture, GeneratorConfig, GeneratorInput, ImageShape, apply_weights,
    collect_weights, keyed_rng,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// Tolerance, relative to the largest value of each output.
const TOLERANCE: f64 = 1e-5;

#[derive(Deserialize)]
struct Case {
    player: String,
    config: Value,
    image: ImageShape,
    labels: Option<Vec<i64>>,
    classes: usize,
    weights: BTreeMap<String, Stored>,
    given: Vec<f32>,
    outcome: BTreeMap<String, Vec<f64>>,
}

#[derive(Deserialize)]
struct Stored {
    shape: Vec<usize>,
    values: Vec<f32>,
}

impl Case {
    fn weights(&self) -> BTreeMap<String, TensorData> {
        let data = |stored: &Stored| TensorData::new(stored.values.clone(), stored.shape.clone());
        let stored = self.weights.iter();
        stored.map(|(name, w)| (name.clone(), data(w))).collect()
    }

    fn class(&self, device: &Device) -> Option<Tensor<1, Int>> {
        let labels = self.labels.as_ref()?;
        Some(Tensor::from_data(labels.as_slice(), device))
    }

    /// The outputs of the network of this case, by name.
    fn outputs(&self, device: &Device) -> Vec<(&str, TensorData)> {
        let given = |shape: [usize; 4]| -> Tensor<4> {
            Tensor::from_data(TensorData::new(self.given.clone(), shape), device)
        };
        let class = self.class(device);
        if self.player == "generator" {
            let config = generator(self.config.clone());
            let net = build(&config, self.image, self.classes, device);
            let net = apply_weights(net, self.weights()).unwrap();
            let latent = config.latent().dimension;
            let noise = given([self.given.len() / latent, latent, 1, 1]).flatten(1, 3);
            let images = net.forward(GeneratorInput::noise(noise).with_class(class));
            return vec![("images", images.into_data())];
        }
        let config: DiscriminatorConfig = serde_json::from_value(self.config.clone()).unwrap();
        let mut rng = keyed_rng(0, "weights", 0);
        let net = config.init(self.image, self.classes, &mut rng, device);
        let net = apply_weights(net.unwrap(), self.weights()).unwrap();
        let image = self.image;
        let batch = self.given.len() / image.values();
        let images = given([batch, image.channels, image.height, image.width]);
        let judged = net
            .input_gradient(DiscriminatorInput::new(images).with_class(class))
            .unwrap();
        let told = judged.output.class_logits;
        [
            ("features", judged.output.features.into_data()),
            ("gradient", judged.gradient.into_data()),
            ("logits", judged.output.logits.into_data()),
        ]
        .into_iter()
        .chain(told.map(|logits| ("class_logits", logits.into_data())))
        .collect()
    }
}

fn generator(config: Value) -> GeneratorConfig {
    serde_json::from_value(config).unwrap()
}

fn build(
    config: &GeneratorConfig,
    image: ImageShape,
    classes: usize,
    device: &Device,
) -> ganforge_model::GeneratorNet {
    let mut rng = keyed_rng(0, "weights", 0);
    config.init(image, classes, &mut rng, device).unwrap()
}

fn image(channels: usize, height: usize, width: usize) -> ImageShape {
    ImageShape {
        channels,
        height,
        width,
    }
}

#[test]
fn both_networks_equal_the_authors() {
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../../../references/resnet.json")).unwrap();
    let mut worst = 0.0_f64;
    for case in cases {
        let played = case.outputs(&Device::flex().autodiff());
        assert_eq!(played.len(), case.outcome.len());
        for (name, found) in played {
            let expected = &case.outcome[name];
            assert_eq!(found.num_elements(), expected.len());
            let largest = expected.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
            for (found, expected) in found.iter::<f64>().zip(expected) {
                let error = (found - expected).abs() / largest;
                let config = &case.config;
                assert!(error < TOLERANCE, "{name} of {config}: {found}, {expected}");
                worst = worst.max(error);
            }
        }
    }
    println!("largest error: {worst:.1e}");
}

#[test]
fn every_power_of_two_and_non_square_sizes_are_supported() {
    let device = Device::flex();
    let g = generator(json!({ "kind": "resnet", "latent": 5, "width": 2, "max_width": 6 }));
    let d = json!({ "kind": "resnet", "width": 2, "max_width": 6 });
    let d: DiscriminatorConfig = serde_json::from_value(d).unwrap();
    for (channels, height, width) in [
        (1, 8, 8),
        (3, 16, 16),
        (1, 32, 32),
        (2, 64, 64),
        (1, 64, 32),
        (3, 16, 24),
    ] {
        for classes in [0, 4] {
            let spec = image(channels, height, width);
            let class = (classes > 0).then(|| Tensor::<1, Int>::from_data([0, 3, 1], &device));
            let images = build(&g, spec, classes, &device).forward(
                GeneratorInput::noise(Tensor::ones([3, 5], &device)).with_class(class.clone()),
            );
            assert_eq!(images.dims(), [3, channels, height, width]);
            let mut rng = keyed_rng(0, "weights", 0);
            let d = d.init(spec, classes, &mut rng, &device).unwrap();
            assert_eq!(
                d.forward(DiscriminatorInput::new(images).with_class(class))
                    .logits
                    .dims(),
                [3, 1]
            );
        }
    }
}

/// Counted by hand from the layers of the authors' code; biases of the output layer and before norms differ.
#[test]
fn parameter_counts_at_the_papers_width_equal_the_authors() {
    let device = Device::flex();
    let spec = image(3, 32, 32);
    let g = build(
        &generator(json!({ "kind": "resnet", "width": 256 })),
        spec,
        0,
        &device,
    );
    // Burn also counts the running mean and variance of each normalised channel.
    let normalised = 7 * 256;
    assert_eq!(g.num_params() - 2 * normalised, 4_276_739 - 3 * 256);
    let d: DiscriminatorConfig =
        serde_json::from_value(json!({ "kind": "resnet", "width": 128 })).unwrap();
    let mut rng = keyed_rng(0, "weights", 0);
    let d = d.init(spec, 0, &mut rng, &device).unwrap();
    assert_eq!(d.num_params(), 1_053_824 + 1);
}

#[test]
fn weights_survive_collecting_and_applying() {
    let device = Device::flex();
    for norm in ["none", "batch", "conditional-batch", "virtual-batch"] {
        let config = generator(json!({
            "kind": "resnet", "latent": 3, "width": 2, "norm": norm, "norm_reference": 4
        }));
        let spec = image(1, 16, 16);
        let net = build(&config, spec, 3, &device);
        let mut rng = keyed_rng(1, "other weights", 0);
        let other = config.init(spec, 3, &mut rng, &device).unwrap();
        let images = |net: &ganforge_model::GeneratorNet| {
            let latent = GeneratorInput::noise(Tensor::ones([2, 3], &device))
                .with_class(Some(Tensor::from_data([2, 0], &device)));
            net.forward(latent).into_data()
        };
        assert_ne!(images(&net), images(&other), "{norm}");
        let back = apply_weights(other, collect_weights(&net)).unwrap();
        assert_eq!(images(&net), images(&back), "{norm}");
        // Without biases, scales, shifts and statistics.
        let counted = config.weight_count(spec, 3).unwrap();
        let held = net.num_params();
        assert!(
            counted <= held && held <= counted + 32 + 18 + 5 * 8,
            "{norm}: {counted}, {held}"
        );
    }
}

#[test]
fn conditional_batch_norm_and_projection_are_the_defaults_with_classes() {
    let device = Device::flex();
    let spec = image(1, 8, 8);
    let names = |classes| -> Vec<String> {
        let config = generator(json!({ "kind": "resnet", "latent": 3, "width": 2 }));
        let weights = collect_weights(&build(&config, spec, classes, &device));
        assert_eq!(weights["base.weight"].shape().as_slice(), [3, 32]);
        let gamma = weights["blocks.0.norms.1.gamma"].shape();
        assert_eq!(gamma.as_slice().len(), if classes > 0 { 2 } else { 1 });
        weights.into_keys().collect()
    };
    assert_eq!(names(0), names(4));
    let d: DiscriminatorConfig =
        serde_json::from_value(json!({ "kind": "resnet", "width": 2 })).unwrap();
    let mut rng = keyed_rng(0, "weights", 0);
    let d = d.init(spec, 4, &mut rng, &device).unwrap();
    assert!(collect_weights(&d).contains_key("head.projection.weight"));
}

#[test]
fn values_out_of_range_are_an_error_with_the_key() {
    let refused_as = |config: Value, spec: ImageShape| {
        let mut rng = keyed_rng(0, "weights", 0);
        let d: DiscriminatorConfig = serde_json::from_value(config.clone()).unwrap();
        let of_discriminator = d.init(spec, 0, &mut rng, &Device::flex()).unwrap_err();
        let of_generator = generator(config).init(spec, 0, &mut rng, &Device::flex());
        assert_eq!(of_generator.unwrap_err(), of_discriminator);
        of_discriminator
    };
    for (config, key) in [
        (json!({ "kind": "resnet", "width": 0 }), "width"),
        (
            json!({ "kind": "resnet", "width": 4, "max_width": 3 }),
            "max_width",
        ),
        (
            json!({ "kind": "resnet", "width": 4, "init": { "kind": "normal", "std": -1.0 } }),
            "init.std",
        ),
    ] {
        assert_eq!(refused_as(config, image(1, 32, 32)).key, key);
    }
    for (height, width) in [(28, 28), (4, 4), (0, 8), (32, 33)] {
        let refused = refused_as(
            json!({ "kind": "resnet", "width": 2 }),
            image(1, height, width),
        );
        assert_eq!(refused.key, "data.size");
        assert!(refused.allowed.contains("for resnet"), "{refused}");
    }
    let refused = |config| {
        let mut rng = keyed_rng(0, "weights", 0);
        let refused = generator(config).init(image(1, 8, 8), 0, &mut rng, &Device::flex());
        refused.unwrap_err().key
    };
    let config = json!({ "kind": "resnet", "width": 2, "norm": "conditional-batch" });
    assert_eq!(refused(config), "norm");
    let config = json!({ "kind": "resnet", "width": 2, "latent": 0 });
    assert_eq!(refused(config), "latent");
}

#[test]
fn weight_count_is_none_if_it_overflows() {
    let count = |config: Value| generator(config).weight_count(image(1, 32, 32), 2);
    let wide = usize::MAX / 2;
    assert_eq!(count(json!({ "kind": "resnet", "width": wide })), None);
    assert_eq!(
        count(json!({ "kind": "resnet", "width": 2, "latent": wide })),
        None
    );
    assert_eq!(
        count(json!({ "kind": "resnet", "width": 2, "max_width": 1 })),
        None
    );
}
