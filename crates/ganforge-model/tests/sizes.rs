//! Sizes computed from configurations equal those of the networks, and networks that are too large are refused before
//! anything is allocated.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod trained;

use burn::tensor::Device;
use ganforge_model::{
    DiscriminatorArchitecture, DiscriminatorConfig, GeneratorArchitecture, GeneratorConfig,
    ImageShape, LatentDistribution, NetworkSize, keyed_rng,
};
use serde_json::{Value, json};
use trained::trained;

fn image(channels: usize, height: usize, width: usize) -> ImageShape {
    ImageShape {
        channels,
        height,
        width,
    }
}

fn generator(config: &Value) -> GeneratorConfig {
    serde_json::from_value(config.clone()).unwrap()
}

fn discriminator(config: &Value) -> DiscriminatorConfig {
    serde_json::from_value(config.clone()).unwrap()
}

/// `base` with every combination of one change from each list.
fn combinations(base: &Value, lists: &[&[Value]]) -> Vec<Value> {
    let mut all = vec![base.clone()];
    for list in lists {
        let with = |config: &Value, change: &Value| {
            let mut config = config.clone();
            let changes = change.as_object().unwrap().clone();
            config.as_object_mut().unwrap().extend(changes);
            config
        };
        let each = |config: &Value| {
            let changed = list.iter().map(|change| with(config, change));
            changed.collect::<Vec<_>>()
        };
        all = all.iter().flat_map(each).collect();
    }
    all
}

fn check(size: NetworkSize, trained: f64, what: &str) {
    assert!(
        (size.parameters - trained).abs() < 0.5,
        "{what}: {size:?}, {trained}"
    );
    assert!(
        size.matrices > 0.0 && size.per_image > 0.0 && size.largest > 0.0,
        "{what}: {size:?}"
    );
    assert!(size.largest <= size.per_image, "{what}: {size:?}");
}

#[test]
fn parameter_counts_of_generators_are_exact() {
    let norms = [
        "none",
        "batch",
        "unscaled-batch",
        "conditional-batch",
        "virtual-batch",
    ]
    .map(|norm| json!({ "norm": norm, "norm_reference": 5 }));
    let widths = [
        json!({}),
        json!({ "max_width": 5 }),
        json!({ "max_width": 12 }),
    ];
    let mut configs = combinations(
        &json!({ "kind": "mlp", "latent": 3 }),
        &[
            &[json!({ "hidden": [] }), json!({ "hidden": [7, 5] })],
            &norms,
        ],
    );
    configs.extend(combinations(
        &json!({ "kind": "dcgan", "latent": 3, "width": 4 }),
        &[&norms],
    ));
    configs.extend(combinations(
        &json!({ "kind": "resnet", "latent": 3, "width": 3 }),
        &[&norms, &widths],
    ));
    configs.extend(combinations(
        &json!({ "kind": "r3gan", "latent": 3, "width": 3, "group_width": 2 }),
        &[&widths, &[json!({ "blocks": 1 }), json!({ "blocks": 3 })]],
    ));
    let device = Device::flex().autodiff();
    for config in configs {
        let spec = image(3, 32, 16);
        let classes = if config["norm"] == "conditional-batch" {
            4
        } else {
            0
        };
        for classes in [classes, 4] {
            let mut rng = keyed_rng(0, "weights", 0);
            let generator = generator(&config);
            let net = generator.init(spec, classes, &mut rng, &device).unwrap();
            let size = generator.size(spec, classes).unwrap();
            check(size, trained(&net), &format!("{config}, {classes} classes"));
        }
    }
}

#[test]
fn parameter_counts_of_discriminators_are_exact() {
    let conditionings = [
        json!({}),
        json!({ "conditioning": "concatenation" }),
        json!({ "conditioning": "projection" }),
        json!({ "conditioning": "auxiliary" }),
    ];
    let minibatches = [
        json!({}),
        json!({ "minibatch_features": { "kind": "deviation" } }),
        json!({ "minibatch_features": { "kind": "discrimination", "kernels": 6, "dimensions": 2 } }),
    ];
    let widths = [
        json!({}),
        json!({ "max_width": 5 }),
        json!({ "max_width": 12 }),
    ];
    let mut configs = combinations(
        &json!({ "kind": "mlp", "hidden": [7, 5] }),
        &[
            &[
                json!({}),
                json!({ "hidden": [] }),
                json!({ "dropout_input": 0.2, "dropout_hidden": 0.5 }),
            ],
            &[
                json!({}),
                json!({ "maxout_pieces": 3 }),
                json!({ "activation": "softplus" }),
            ],
        ],
    );
    configs.extend(combinations(
        &json!({ "kind": "dcgan", "width": 4 }),
        &[&[json!({}), json!({ "batch_norm": false })]],
    ));
    configs.extend(combinations(
        &json!({ "kind": "resnet", "width": 3 }),
        &[&widths],
    ));
    configs.extend(combinations(
        &json!({ "kind": "r3gan", "width": 3, "group_width": 2 }),
        &[&widths, &[json!({ "blocks": 1 }), json!({ "blocks": 3 })]],
    ));
    let device = Device::flex().autodiff();
    for base in configs {
        for config in combinations(&base, &[&conditionings, &minibatches]) {
            for (spec, classes) in [
                (image(3, 32, 16), 0),
                (image(2, 16, 16), 4),
                (image(1, 8, 8), 4),
            ] {
                if classes == 0 && config.get("conditioning").is_some() {
                    continue;
                }
                let mut rng = keyed_rng(0, "weights", 0);
                let discriminator = discriminator(&config);
                let net = discriminator
                    .init(spec, classes, &mut rng, &device)
                    .unwrap();
                let size = discriminator.size(spec, classes).unwrap();
                check(size, trained(&net), &format!("{config}, {classes} classes"));
            }
        }
    }
}

#[test]
fn parameter_counts_of_autoencoders_are_exact() {
    let device = Device::flex().autodiff();
    for config in combinations(
        &json!({ "kind": "autoencoder", "encoder": [9, 7], "code": 3 }),
        &[
            &[
                json!({}),
                json!({ "decoder": [] }),
                json!({ "decoder": [5] }),
            ],
            &[json!({}), json!({ "activation": "elu" })],
        ],
    ) {
        let spec = image(2, 5, 4);
        let mut rng = keyed_rng(0, "weights", 0);
        let discriminator = discriminator(&config);
        let net = discriminator.init(spec, 0, &mut rng, &device).unwrap();
        let size = discriminator.size(spec, 0).unwrap();
        check(size, trained(&net), &config.to_string());
    }
}

#[test]
fn parameter_counts_of_context_encoders_are_exact() {
    let device = Device::flex().autodiff();
    for config in combinations(
        &json!({ "kind": "context-encoder", "encoder": [5, 4], "code": 7, "decoder": [3, 2] }),
        &[
            &[json!({}), json!({ "region": "random" })],
            &[json!({}), json!({ "decoder": [6] })],
        ],
    ) {
        for spec in [image(1, 28, 28), image(3, 12, 16), image(2, 8, 8)] {
            let mut rng = keyed_rng(0, "weights", 0);
            let generator = generator(&config);
            let net = generator.init(spec, 0, &mut rng, &device).unwrap();
            let size = generator.size(spec, 0).unwrap();
            check(size, trained(&net), &format!("{config}, {spec}"));
        }
    }
}

#[test]
fn an_unsupported_image_size_has_no_size() {
    for kind in ["dcgan", "resnet", "r3gan"] {
        let config = json!({ "kind": kind, "width": 8 });
        assert!(generator(&config).size(image(1, 28, 28), 0).is_none());
        assert!(discriminator(&config).size(image(1, 28, 28), 0).is_none());
    }
}

#[test]
fn pairs_and_reference_batches_are_counted_per_batch() {
    let features = json!({ "kind": "discrimination", "kernels": 10, "dimensions": 3 });
    let config = json!({ "kind": "mlp", "hidden": [4], "minibatch_features": features });
    let size = discriminator(&config).size(image(1, 8, 8), 0).unwrap();
    assert!((size.per_pair - 40.0).abs() < 1e-9, "{size:?}");
    let plain = json!({ "kind": "dcgan", "width": 4, "norm": "batch" });
    let virtual_batch =
        json!({ "kind": "dcgan", "width": 4, "norm": "virtual-batch", "norm_reference": 10 });
    let [plain, referred] =
        [plain, virtual_batch].map(|config| generator(&config).size(image(1, 32, 32), 0).unwrap());
    assert!(plain.per_batch.abs() < 1e-9, "{plain:?}");
    assert!(referred.per_batch > 10.0 * plain.per_image, "{referred:?}");
    assert!(referred.kept(64.0) > plain.kept(74.0), "{referred:?}");
}

/// Each integer of every architecture is set to the largest value of a recipe.
#[test]
fn too_many_parameters_are_an_error_with_the_key_and_nothing_overflows() {
    let generators = [
        json!({ "kind": "mlp", "latent": 3, "hidden": [4], "norm": "virtual-batch", "norm_reference": 4 }),
        json!({ "kind": "dcgan", "latent": 3, "width": 4, "norm": "virtual-batch", "norm_reference": 4 }),
        json!({ "kind": "resnet", "latent": 3, "width": 4, "max_width": 8, "norm": "virtual-batch", "norm_reference": 4 }),
        json!({ "kind": "r3gan", "latent": 3, "width": 4, "max_width": 8, "blocks": 1, "group_width": 1 }),
        json!({ "kind": "context-encoder", "encoder": [4], "code": 4, "decoder": [4], "overlap": 1 }),
    ];
    let minibatch = json!({ "kind": "discrimination", "kernels": 6, "dimensions": 2 });
    let discriminators = [
        json!({ "kind": "mlp", "hidden": [4], "maxout_pieces": 2, "minibatch_features": minibatch }),
        json!({ "kind": "dcgan", "width": 4, "minibatch_features": minibatch }),
        json!({ "kind": "resnet", "width": 4, "max_width": 8, "minibatch_features": minibatch }),
        json!({ "kind": "r3gan", "width": 4, "max_width": 8, "blocks": 1, "group_width": 1 }),
        json!({ "kind": "autoencoder", "encoder": [4], "code": 4, "decoder": [4] }),
    ];
    let spec = image(1, 32, 32);
    let device = Device::flex();
    for (config, is_generator) in generators
        .iter()
        .map(|config| (config, true))
        .chain(discriminators.iter().map(|config| (config, false)))
    {
        let mut tried = 0;
        for key in keys(config, "") {
            for value in [1_u64 << 53, i64::MAX as u64, u64::MAX] {
                let mut config = config.clone();
                set(config.pointer_mut(&key).unwrap(), value);
                let mut rng = keyed_rng(0, "weights", 0);
                let refused = if is_generator {
                    generator(&config).init(spec, 3, &mut rng, &device).err()
                } else {
                    discriminator(&config)
                        .init(spec, 3, &mut rng, &device)
                        .err()
                };
                let named = key.trim_start_matches('/').replace('/', ".");
                match refused {
                    // An unused limit is accepted, and groups that do not divide are another error.
                    None => assert!(named == "max_width", "{config}: {named}"),
                    Some(refused) if refused.key == named => tried += 1,
                    Some(refused) => assert_eq!(refused.key, "max_width", "{config}: {refused}"),
                }
            }
        }
        assert!(tried >= 6, "{config}");
    }
}

fn keys(config: &Value, at: &str) -> Vec<String> {
    let table = config.as_object().unwrap();
    let below = table.iter().flat_map(|(key, value)| {
        let at = format!("{at}/{key}");
        match value {
            Value::Object(_) => keys(value, &at),
            Value::Number(_) | Value::Array(_) => vec![at],
            _ => Vec::new(),
        }
    });
    below.collect()
}

fn set(target: &mut Value, value: u64) {
    *target = match target {
        Value::Array(_) => json!([value]),
        _ => json!(value),
    };
}

#[test]
fn weight_count_includes_wide_latents() {
    let config = json!({ "kind": "mlp", "latent": u64::MAX, "hidden": [u64::MAX, u64::MAX] });
    let config = generator(&config);
    assert_eq!(config.latent().distribution, LatentDistribution::Normal);
    assert_eq!(config.weight_count(image(1, 8, 8), 10), None);
    assert!(
        config
            .size(image(1, 8, 8), 10)
            .unwrap()
            .parameters
            .is_finite()
    );
}
