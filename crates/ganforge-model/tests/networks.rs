//! Built-in architectures: supported image sizes, errors, initial weights and parameter counts.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor};
use ganforge_model::layers::OutputActivation;
use ganforge_model::{
    Discriminator, DiscriminatorArchitecture, DiscriminatorConfig, DiscriminatorInput, Generator,
    GeneratorArchitecture, GeneratorConfig, GeneratorInput, ImageShape, keyed_rng,
};
use serde_json::{Value, json};

fn generator(config: Value) -> GeneratorConfig {
    serde_json::from_value(config).unwrap()
}

fn discriminator(config: Value) -> DiscriminatorConfig {
    serde_json::from_value(config).unwrap()
}

fn image(channels: usize, height: usize, width: usize) -> ImageShape {
    ImageShape {
        channels,
        height,
        width,
    }
}

/// The shapes of images and logits of both networks for a batch of three.
fn play(
    generator: &GeneratorConfig,
    discriminator: &DiscriminatorConfig,
    spec: ImageShape,
    classes: usize,
) -> Result<([usize; 4], [usize; 2]), String> {
    let device = Device::flex();
    let mut rng = keyed_rng(0, "weights", 0);
    let generator_net = generator
        .init(spec, classes, &mut rng, &device)
        .map_err(|error| error.to_string())?;
    let discriminator_net = discriminator
        .init(spec, classes, &mut rng, &device)
        .map_err(|error| error.to_string())?;
    let class = (classes > 0)
        .then(|| Tensor::<1, Int>::from_data([0, 1, i64::try_from(classes).unwrap() - 1], &device));
    let numbers = generator.latent().draw(3, &mut keyed_rng(1, "latent", 0));
    let noise = generator.latent().tensor(numbers, &device);
    let images = generator_net.forward(GeneratorInput::noise(noise).with_class(class.clone()));
    let judgement =
        discriminator_net.forward(DiscriminatorInput::new(images.clone()).with_class(class));
    Ok((images.dims(), judgement.logits.dims()))
}

#[test]
fn dcgan_supports_every_power_of_two_and_non_square_sizes() {
    let g = generator(json!({ "kind": "dcgan", "latent": 5, "width": 2 }));
    let d = discriminator(json!({ "kind": "dcgan", "width": 2 }));
    for (channels, height, width) in [(1, 8, 8), (3, 32, 32), (1, 64, 32), (3, 16, 64), (1, 24, 8)]
    {
        for classes in [0, 4] {
            let shapes = play(&g, &d, image(channels, height, width), classes).unwrap();
            assert_eq!(shapes, ([3, channels, height, width], [3, 1]));
        }
    }
}

#[test]
fn dcgan_refuses_other_sizes_and_lists_supported_ones() {
    let g = generator(json!({ "kind": "dcgan", "latent": 5, "width": 2 }));
    let d = discriminator(json!({ "kind": "dcgan", "width": 2 }));
    for (height, width) in [(28, 28), (4, 4), (0, 8), (32, 33), (48, 48)] {
        let message = play(&g, &d, image(1, height, width), 0).unwrap_err();
        assert!(message.contains("64×48"), "{height}×{width}: {message}");
    }
}

#[test]
fn output_biases_give_the_mean_image() {
    let spec = image(1, 2, 2);
    let mean = [-0.5, 0.0, 0.25, 0.9];
    for output in ["tanh", "sigmoid", "linear"] {
        let g = generator(json!({
            "kind": "mlp", "latent": 3, "hidden": [], "output": output, "output_bias": "mean-image",
        }));
        assert!(g.needs_mean_image());
        let device = Device::flex();
        let net = g
            .init(spec, 0, &mut keyed_rng(0, "weights", 0), &device)
            .unwrap();
        let noise = Tensor::zeros([1, 3], &device);
        let made = g
            .init_from_mean_image(net, &mean)
            .forward(GeneratorInput::noise(noise));
        for (made, mean) in made.into_data().iter::<f32>().zip(mean) {
            assert!((made - mean).abs() < 1e-6, "{output}: {made} for {mean}");
        }
    }
    // A pixel that is black in every image has a finite bias.
    assert!((OutputActivation::Sigmoid.inverse(-1.0) + 1e7_f64.ln()).abs() < 1e-6);
    let plain = generator(json!({ "kind": "mlp", "latent": 3, "hidden": [] }));
    assert!(!plain.needs_mean_image());
}

#[test]
fn pixels_are_mapped_to_the_input_range() {
    let (spec, device) = (image(1, 2, 2), Device::flex());
    let config =
        |range: Value| discriminator(json!({ "kind": "mlp", "hidden": [5], "input_range": range }));
    let net = |range| config(range).init(spec, 0, &mut keyed_rng(0, "weights", 0), &device);
    let pixels = Tensor::<1>::from_data([-1.0, -0.5, 0.25, 1.0], &device).reshape([1, 1, 2, 2]);
    let unit = net(json!([0.0, 1.0]))
        .unwrap()
        .forward(DiscriminatorInput::new(pixels.clone()));
    let signed = net(json!([-1.0, 1.0])).unwrap();
    let by_hand = signed.forward(DiscriminatorInput::new((pixels + 1.0) / 2.0));
    let apart: f32 = (unit.logits - by_hand.logits).abs().into_scalar();
    assert!(apart < 1e-6, "{apart}");
    let refused = net(json!([1.0, 1.0])).unwrap_err().to_string();
    assert!(refused.contains("`input_range` is [1, 1]"), "{refused}");
}

/// A network of the kind `r3gan` with these keys.
fn r3gan(keys: &Value) -> Value {
    let mut config = keys.clone();
    config["kind"] = json!("r3gan");
    config
}

#[test]
fn r3gan_supports_every_power_of_two_and_non_square_sizes() {
    let g = generator(json!({ "kind": "r3gan", "width": 2, "max_width": 8, "group_width": 4 }));
    let d = discriminator(json!({ "kind": "r3gan", "width": 2, "group_width": 2, "blocks": 1 }));
    assert_eq!(g.latent().dimension, 64);
    for (channels, height, width) in [
        (1, 8, 8),
        (3, 16, 16),
        (1, 32, 32),
        (3, 64, 64),
        (1, 16, 32),
        (3, 24, 8),
    ] {
        for classes in [0, 4] {
            let shapes = play(&g, &d, image(channels, height, width), classes).unwrap();
            assert_eq!(shapes, ([3, channels, height, width], [3, 1]));
        }
    }
}

#[test]
fn r3gan_refuses_other_sizes_and_groups_and_lists_supported_ones() {
    for (keys, size, parts) in [
        (json!({ "width": 8 }), 28, ["data.size", "for r3gan"]),
        (json!({ "width": 8 }), 4, ["data.size", "64×48"]),
        (json!({ "width": 0 }), 32, ["`width`", "1 or more"]),
        (
            json!({ "width": 8, "blocks": 0 }),
            32,
            ["`blocks`", "1 or more"],
        ),
        (
            json!({ "width": 8, "group_width": 0 }),
            32,
            ["`group_width` is 0", "1 or more"],
        ),
        (
            json!({ "width": 20 }),
            32,
            ["`group_width` is 16", "a divisor of 40"],
        ),
        (
            json!({ "width": 8, "max_width": 12 }),
            32,
            ["`group_width` is 16", "a divisor of 24"],
        ),
        (
            json!({ "width": 8, "max_width": 4 }),
            32,
            ["`max_width` is 4", "8 (`width`) or more"],
        ),
    ] {
        let (spec, device) = (image(1, size, size), Device::flex());
        let mut rng = keyed_rng(0, "weights", 0);
        let of_generator = generator(r3gan(&keys)).init(spec, 0, &mut rng, &device);
        let of_discriminator = discriminator(r3gan(&keys)).init(spec, 0, &mut rng, &device);
        let refusals = [
            of_generator.unwrap_err().to_string(),
            of_discriminator.unwrap_err().to_string(),
        ];
        for message in refusals {
            for part in parts {
                assert!(message.contains(part), "{keys}: {message}");
            }
        }
    }
}

#[test]
fn r3gan_weight_count_is_a_lower_bound() {
    for (keys, [height, width]) in [
        (json!({ "width": 8 }), [32, 16]),
        (
            json!({ "width": 4, "max_width": 4, "group_width": 4 }),
            [8, 8],
        ),
    ] {
        let config = generator(r3gan(&keys));
        let spec = image(3, height, width);
        let mut rng = keyed_rng(0, "weights", 0);
        let net = config.init(spec, 10, &mut rng, &Device::flex()).unwrap();
        let held: usize = ganforge_model::collect_weights(&net)
            .iter()
            .filter(|(name, _)| !name.ends_with("bias"))
            .map(|(_, data)| data.num_elements())
            .sum();
        assert_eq!(config.weight_count(spec, 10), Some(held));
    }
    for huge in [1_u64 << 33, u64::MAX] {
        let config = generator(r3gan(&json!({ "width": huge, "group_width": 1 })));
        assert_eq!(config.weight_count(image(1, 32, 32), 0), None);
    }
}

/// Huang et al. 2024: √(2 / 1.04) · L^(-1/4) inside L blocks, and zero in the last layer of each.
#[test]
fn r3gan_initial_weights_have_the_gain_of_the_paper() {
    let config = generator(json!({ "kind": "r3gan", "width": 32, "blocks": 3 }));
    let mut rng = keyed_rng(0, "weights", 0);
    let net = config.init(image(1, 8, 8), 0, &mut rng, &Device::flex());
    let weights = ganforge_model::collect_weights(&net.unwrap());
    let gain = (2.0_f64 / 1.04).sqrt() * 6.0_f64.powf(-0.25);
    for (name, expected) in [
        ("scales.weight", 1.0 / 8.0),
        ("basis.weight", 1.0),
        ("stages.0.blocks.0.expand.weight", gain / 8.0),
        ("stages.0.blocks.1.mix.weight", gain / 12.0),
        ("stages.1.blocks.2.mix.weight", gain / 12.0),
        ("stages.1.transition.weight", 1.0 / 8.0),
        ("stages.0.blocks.2.reduce.weight", 0.0),
    ] {
        let data = &weights[name];
        let sum: f64 = data.iter::<f64>().map(|weight| weight * weight).sum();
        let found = (sum / data.num_elements() as f64).sqrt();
        assert!(
            (found - expected).abs() <= 0.07 * expected,
            "{name}: {found}"
        );
    }
}

#[test]
fn mlps_support_any_shape_with_and_without_classes() {
    let g = generator(json!({
        "kind": "mlp", "latent": 3, "hidden": [7, 5], "norm": "batch", "output": "linear"
    }));
    let plain = discriminator(json!({ "kind": "mlp", "hidden": [6], "dropout_hidden": 0.5 }));
    let maxout = discriminator(json!({ "kind": "mlp", "hidden": [6, 4], "maxout_pieces": 3 }));
    for d in [plain, maxout] {
        for classes in [0, 3] {
            assert_eq!(
                play(&g, &d, image(2, 1, 1), classes).unwrap().0,
                [3, 2, 1, 1]
            );
            assert_eq!(
                play(&g, &d, image(3, 5, 7), classes).unwrap().0,
                [3, 3, 5, 7]
            );
        }
    }
}

/// `peers/dcgan_torch.py` prints these counts for sizes 32 and 64 at its default width.
#[test]
fn the_bench_networks_have_the_parameters_of_the_pytorch_peer() {
    let g = generator(json!({ "kind": "dcgan", "latent": 100, "width": 64 }));
    let d = discriminator(json!({ "kind": "dcgan", "width": 64 }));
    for (size, expected) in [(32, 1_728_129), (64, 6_338_177)] {
        let device = Device::flex();
        let spec = image(1, size, size);
        let mut rng = keyed_rng(0, "weights", 0);
        let g = g.init(spec, 0, &mut rng, &device).unwrap();
        let d = d.init(spec, 0, &mut rng, &device).unwrap();
        // Burn also counts the running mean and variance of each normalised channel.
        let stages = size.ilog2() - 2;
        let g_channels: usize = (0..stages).map(|stage| 64 << stage).sum();
        let found = g.num_params() - 2 * g_channels + d.num_params() - 2 * (g_channels - 64);
        assert_eq!(found, expected, "{size}×{size}");
    }
}

#[test]
fn weights_depend_on_the_seed_alone() {
    let g = generator(json!({ "kind": "mlp", "latent": 3, "hidden": [4] }));
    let weights = |seed| {
        let mut rng = keyed_rng(seed, "weights", 0);
        let net = g
            .init(image(1, 2, 2), 0, &mut rng, &Device::flex())
            .unwrap();
        let collected = ganforge_model::collect_weights(&net);
        collected["output.weight"].iter::<f32>().collect::<Vec<_>>()
    };
    assert_eq!(weights(1), weights(1));
    assert_ne!(weights(1), weights(2));
}

#[test]
fn values_out_of_range_are_an_error_with_the_key() {
    for (config, key) in [
        (
            json!({ "kind": "mlp", "latent": 0, "hidden": [4] }),
            "latent",
        ),
        (
            json!({ "kind": "mlp", "latent": 2, "hidden": [4, 0] }),
            "hidden",
        ),
        (json!({ "kind": "dcgan", "width": 0 }), "width"),
        (
            json!({ "kind": "dcgan", "width": 2, "init": { "kind": "normal", "std": 1e300 } }),
            "init.std",
        ),
        (
            json!({ "kind": "dcgan", "width": 2, "init": { "kind": "uniform", "range": 3e38 } }),
            "init.range",
        ),
    ] {
        let mut rng = keyed_rng(0, "weights", 0);
        let refused = generator(config).init(image(1, 32, 32), 0, &mut rng, &Device::flex());
        assert_eq!(refused.unwrap_err().key, key);
    }
    let d = discriminator(json!({ "kind": "mlp", "hidden": [4], "dropout_input": 1.0 }));
    let mut rng = keyed_rng(0, "weights", 0);
    let refused = d.init(image(1, 8, 8), 0, &mut rng, &Device::flex());
    assert_eq!(refused.unwrap_err().key, "dropout_input");
}
