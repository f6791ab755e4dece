//! Norms of generators.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Int, Tensor, TensorData};
use ganforge_model::{
    ConfigError, Generator, GeneratorArchitecture, GeneratorConfig, GeneratorInput, GeneratorNet,
    ImageShape, apply_weights, collect_weights, keyed_rng,
};
use serde_json::{Value, json};

const IMAGE: ImageShape = ImageShape {
    channels: 2,
    height: 8,
    width: 8,
};

const NORMS: [&str; 5] = [
    "none",
    "batch",
    "unscaled-batch",
    "conditional-batch",
    "virtual-batch",
];

/// Both architectures with one norm.
fn configs(norm: &str) -> [GeneratorConfig; 2] {
    [
        json!({ "kind": "mlp", "latent": 3, "hidden": [7, 5], "activation": "tanh", "norm": norm, "norm_reference": 6 }),
        json!({ "kind": "dcgan", "latent": 3, "width": 2, "norm": norm, "norm_reference": 6,
                "init": { "kind": "he" } }),
    ]
    .map(config)
}

fn config(json: Value) -> GeneratorConfig {
    serde_json::from_value(json).unwrap()
}

fn build(
    config: &GeneratorConfig,
    classes: usize,
    device: &Device,
) -> Result<GeneratorNet, ConfigError> {
    config.init(IMAGE, classes, &mut keyed_rng(3, "weights", 0), device)
}

/// `count` latents, from number `first`.
fn latents(config: &GeneratorConfig, first: u64, count: usize, device: &Device) -> Tensor<2> {
    let rows = (first..).take(count);
    let numbers = rows.flat_map(|row| config.latent().draw(1, &mut keyed_rng(4, "latent", row)));
    config.latent().tensor(numbers.collect(), device)
}

fn images(net: &GeneratorNet, noise: Tensor<2>, class: Option<&[i32]>) -> Vec<f32> {
    let class = class.map(|class| Tensor::<1, Int>::from_data(class, &noise.device()));
    let [count, _] = noise.dims();
    let images = net.forward(GeneratorInput::noise(noise).with_class(class));
    assert_eq!(images.dims(), [count, 2, 8, 8]);
    images.into_data().try_to_vec().unwrap()
}

fn distance(one: &[f32], other: &[f32]) -> f32 {
    let apart = one.iter().zip(other).map(|(a, b)| (a - b).abs());
    apart.fold(0.0, f32::max)
}

#[test]
fn every_norm_works_in_training_and_in_inference() {
    for norm in NORMS {
        for config in configs(norm) {
            for classes in [0, 3] {
                if norm == "conditional-batch" && classes == 0 {
                    continue;
                }
                for device in [Device::flex().autodiff(), Device::flex()] {
                    let net = build(&config, classes, &device).unwrap();
                    let class = (classes > 0).then_some(&[2, 0, 1, 2][..]);
                    let images = images(&net, latents(&config, 0, 4, &device), class);
                    assert!(distance(&images[..128], &images[128..256]) > 1e-3, "{norm}");
                }
            }
        }
    }
}

#[test]
fn conditional_batch_norm_needs_classes_and_virtual_batch_norm_a_reference_batch() {
    for config in configs("conditional-batch") {
        let refused = build(&config, 0, &Device::flex()).unwrap_err();
        assert_eq!(
            (&*refused.key, &*refused.value),
            ("norm", "conditional-batch")
        );
        assert!(refused.allowed.contains("data.labels = true"));
    }
    for kind in ["mlp", "dcgan"] {
        let mut written =
            json!({ "kind": kind, "latent": 2, "norm": "virtual-batch", "norm_reference": 0 });
        let size = if kind == "mlp" { "hidden" } else { "width" };
        written[size] = if kind == "mlp" { json!([2]) } else { json!(2) };
        let refused = build(&config(written), 0, &Device::flex()).unwrap_err();
        assert_eq!((&*refused.key, &*refused.value), ("norm_reference", "0"));
    }
}

#[test]
fn with_virtual_batch_norm_an_image_depends_on_its_latent_alone() {
    for (norm, alone) in [("virtual-batch", true), ("batch", false)] {
        for config in configs(norm) {
            for classes in [0, 3] {
                let class = (classes > 0).then_some(&[1, 2, 0, 0][..]);
                let of_first_row = |device: &Device, companions: u64| {
                    let net = build(&config, classes, device).unwrap();
                    let first = latents(&config, 0, 1, device);
                    let others = latents(&config, companions, 3, device);
                    let images = images(&net, Tensor::cat(vec![first, others], 0), class);
                    images[..128].to_vec()
                };
                let training = Device::flex().autodiff();
                let image = of_first_row(&training, 1);
                let among_others = distance(&image, &of_first_row(&training, 50));
                let in_inference = distance(&image, &of_first_row(&Device::flex(), 1));
                for apart in [among_others, in_inference] {
                    assert_eq!(apart < 1e-5, alone, "{norm}, {classes} classes: {apart}");
                    assert!(alone || apart > 1e-2, "{norm}, {classes} classes: {apart}");
                }
            }
        }
    }
}

#[test]
fn the_reference_batch_is_saved_and_not_trained() {
    for config in configs("virtual-batch") {
        let device = Device::flex().autodiff();
        let net = build(&config, 3, &device).unwrap();
        let reference = &collect_weights(&net)["entry.reference"];
        assert_eq!(reference.shape().as_slice(), [6, 6]);
        let rows: Vec<f32> = reference.iter().collect();
        for (index, row) in rows.chunks(6).enumerate() {
            let codes = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
            assert_eq!(row[3..], codes[index % 3]);
        }
        // Restored from a file, and in training again.
        let net = apply_weights(net.clone(), collect_weights(&net)).unwrap();
        for net in [net.clone(), net.valid().train(), net.fork(&device)] {
            let mut trained = Trained(0);
            net.visit(&mut trained);
            assert_eq!(trained.0, net.num_params() - 36);
        }
    }
}

struct Trained(usize);

impl ModuleVisitor for Trained {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if param.val().is_require_grad() {
            self.0 += param.lazy_shape().num_elements();
        }
    }
}

#[test]
fn conditional_batch_norm_has_a_scale_and_shift_per_class() {
    let device = Device::flex();
    for config in configs("conditional-batch") {
        let net = build(&config, 3, &device).unwrap();
        let row = latents(&config, 0, 1, &device);
        let of = |net: &GeneratorNet, class| images(net, row.clone(), Some(&[class]));
        // Initially all classes are equal.
        assert_eq!(of(&net, 0), of(&net, 2));
        let mut weights = collect_weights(&net);
        let shift = weights.get_mut("norms.0.beta").unwrap();
        let [classes, channels] = shift.shape().as_slice()[..] else {
            panic!("shifts are a table");
        };
        assert_eq!(classes, 3);
        let of_class_2 =
            (0..classes * channels).map(|at| if at >= 2 * channels { 1.5 } else { 0.0 });
        *shift = TensorData::new(of_class_2.collect::<Vec<f32>>(), [classes, channels]);
        let shifted = apply_weights(net.clone(), weights).unwrap();
        assert_eq!(of(&shifted, 0), of(&net, 0));
        assert_eq!(of(&shifted, 1), of(&net, 1));
        assert!(distance(&of(&shifted, 2), &of(&net, 2)) > 1e-2);
    }
}

#[test]
fn a_frozen_conditional_batch_norm_keeps_its_statistics() {
    let device = Device::flex().autodiff();
    for config in configs("conditional-batch") {
        let net = build(&config, 3, &device).unwrap();
        for (net, moves) in [(net.clone().freeze(), false), (net, true)] {
            let before = collect_weights(&net);
            let _ = images(&net, latents(&config, 0, 3, &device), Some(&[0, 1, 2]));
            assert_eq!(collect_weights(&net) != before, moves);
        }
    }
}

#[test]
fn weights_are_the_same_with_batch_norm_and_virtual_batch_norm() {
    let device = Device::flex();
    let [plain, with_reference] = ["batch", "virtual-batch"].map(|norm| {
        configs(norm).map(|config| collect_weights(&build(&config, 3, &device).unwrap()))
    });
    for (plain, with_reference) in plain.iter().zip(&with_reference) {
        for (name, data) in plain {
            let statistic = name.contains("running");
            assert_eq!(
                with_reference.get(name),
                (!statistic).then_some(data),
                "{name}"
            );
        }
    }
}

#[test]
fn batch_norm_keeps_its_names_in_a_model_file() {
    let names = |config: &GeneratorConfig| -> Vec<String> {
        let net = build(config, 0, &Device::flex()).unwrap();
        collect_weights(&net).into_keys().collect()
    };
    let [mlp, dcgan] = configs("batch");
    let norms: Vec<String> = [0, 1]
        .iter()
        .flat_map(|index| {
            ["beta", "gamma", "running_mean", "running_var"]
                .map(|part| format!("norms.{index}.{part}"))
        })
        .collect();
    let expected = [
        vec!["hidden.0.weight".to_owned(), "hidden.1.weight".to_owned()],
        norms.clone(),
        vec!["output.bias".to_owned(), "output.weight".to_owned()],
    ];
    assert_eq!(names(&mlp), expected.concat());
    let expected = [
        vec!["base.weight".to_owned()],
        norms[..4].to_vec(),
        vec!["stages.0.weight".to_owned()],
    ];
    assert_eq!(names(&dcgan), expected.concat());
}

#[test]
fn batch_norm_as_a_flag_is_still_parsed() {
    for (flag, norm) in [(true, "batch"), (false, "none")] {
        let old = config(json!({ "kind": "mlp", "latent": 3, "hidden": [4], "batch_norm": flag }));
        let new = config(json!({ "kind": "mlp", "latent": 3, "hidden": [4], "norm": norm }));
        assert_eq!(old, new);
    }
    let misspelt = json!({ "kind": "mlp", "latent": 3, "hidden": [4], "norm": "bacth" });
    let refused = serde_json::from_value::<GeneratorConfig>(misspelt).unwrap_err();
    assert!(refused.to_string().contains("`virtual-batch`"), "{refused}");
}

#[test]
fn weight_count_is_a_lower_bound() {
    for norm in NORMS {
        for config in configs(norm) {
            let net = build(&config, 3, &Device::flex()).unwrap();
            let held = net.num_params();
            let counted = config.weight_count(IMAGE, 3).unwrap();
            assert!(counted <= held, "{norm}: {counted} of {held}");
            // Without biases, scales, shifts and statistics.
            assert!(
                held - counted <= 2 * 8 * 8 + 4 * 12 + 32,
                "{norm}: {counted} of {held}"
            );
        }
    }
}

#[test]
fn weight_count_includes_norms() {
    let mlp = |norm: &str, reference: usize| {
        config(json!({ "kind": "mlp", "latent": 1, "hidden": [5], "norm": norm, "norm_reference": reference }))
            .weight_count(IMAGE, 100)
    };
    let plain = |inputs: usize| inputs * 5 + 5 * 128;
    assert_eq!(mlp("batch", 1 << 40), Some(plain(101)));
    assert_eq!(
        mlp("virtual-batch", 1 << 40),
        Some(plain(101) + (101 << 40))
    );
    assert_eq!(mlp("virtual-batch", usize::MAX), None);
    assert_eq!(mlp("conditional-batch", 64), Some(plain(1) + 2 * 100 * 5));
}
