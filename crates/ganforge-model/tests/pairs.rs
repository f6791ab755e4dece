//! Encoders and discriminators of pairs of an image and a latent.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod trained;

use burn::tensor::{Device, Distribution, Tensor};
use ganforge_model::{
    Discriminator, DiscriminatorInput, ENCODER, EncoderConfig, EncoderNet, GENERATOR,
    GeneratorArchitecture, GeneratorConfig, ImageShape, JointDiscriminatorConfig, ModelBundle,
    ModelCard, ModelError, keyed_rng,
};
use serde_json::{Value, json};
use trained::trained;

const IMAGE: ImageShape = ImageShape {
    channels: 1,
    height: 4,
    width: 3,
};
const LATENT: usize = 5;

fn encoder(config: &Value, device: &Device) -> (EncoderConfig, EncoderNet) {
    let config: EncoderConfig = serde_json::from_value(config.clone()).unwrap();
    let rng = &mut keyed_rng(3, "weights", 0);
    let network = config.init(IMAGE, LATENT, rng, device).unwrap();
    (config, network)
}

fn images(device: &Device) -> Tensor<4> {
    Tensor::random([6, 1, 4, 3], Distribution::Uniform(-1.0, 1.0), device)
}

fn normal(device: &Device) -> Tensor<2> {
    Tensor::random([6, LATENT], Distribution::Normal(0.0, 1.0), device)
}

fn largest(tensor: Tensor<2>) -> f32 {
    tensor.abs().max().into_scalar::<f32>()
}

#[test]
fn parameter_counts_are_exact() {
    let device = Device::flex().autodiff();
    for norm in ["none", "batch", "unscaled-batch"] {
        for first in [true, false] {
            for noise in ["none", "gaussian", "input"] {
                let config = json!({ "kind": "mlp", "hidden": [7, 6], "noise": noise, "norm": norm, "norm_first": first });
                let (config, network) = encoder(&config, &device);
                let size = config.size(IMAGE, LATENT);
                assert!(
                    (size.parameters - trained(&network)).abs() < 0.5,
                    "{config:?}"
                );
            }
            for layer in [1, 2] {
                for hidden in [json!([]), json!([4])] {
                    let config = json!({ "kind": "mlp", "hidden": [7, 6], "code_layer": layer, "code_hidden": hidden,
                                         "norm": norm, "norm_first": first });
                    discriminator_size(config, &device);
                }
            }
        }
    }
    for config in [
        json!({ "kind": "mlp", "hidden": [] }),
        json!({ "kind": "mlp", "hidden": [7, 6], "code_hidden": [4], "maxout_pieces": 3, "dropout_hidden": 0.5 }),
    ] {
        discriminator_size(config, &device);
    }
}

fn discriminator_size(config: Value, device: &Device) {
    let config: JointDiscriminatorConfig = serde_json::from_value(config).unwrap();
    let rng = &mut keyed_rng(3, "weights", 0);
    let network = config.init(IMAGE, LATENT, rng, device).unwrap();
    let size = config.size(IMAGE, LATENT);
    assert!(
        (size.parameters - trained(&network)).abs() < 0.5,
        "{config:?}"
    );
    let input = DiscriminatorInput::new(images(device)).with_code(normal(device));
    assert_eq!(network.forward(input).logits.dims(), [6, 1]);
}

#[test]
fn a_deterministic_encoder_ignores_noise_and_a_stochastic_one_does_not() {
    let device = Device::flex();
    for (noise, moves) in [("none", false), ("gaussian", true), ("input", true)] {
        let config = json!({ "kind": "mlp", "hidden": [8], "noise": noise });
        let (_, network) = encoder(&config, &device);
        let images = images(&device);
        let mean = network.forward(images.clone(), None);
        let zero = network.forward(images.clone(), Some(normal(&device) * 0.0));
        assert!(
            largest(mean.clone() - zero) < 1e-6,
            "{noise}: no noise is ε = 0"
        );
        let moved = largest(network.forward(images, Some(normal(&device))) - mean);
        assert_eq!(moved > 1e-3, moves, "{noise}: {moved}");
    }
}

#[test]
fn a_bounded_encoder_stays_in_the_range_of_uniform_latents() {
    let device = Device::flex();
    for output in ["tanh", "sigmoid"] {
        let config = json!({ "kind": "mlp", "hidden": [8], "output": output });
        let (_, network) = encoder(&config, &device);
        let latents = network.forward(images(&device) * 1e3, None);
        assert!(largest(latents.clone()) <= 1.0);
        assert!(largest(latents) > 0.5);
    }
}

#[test]
fn a_score_depends_on_both_halves_of_a_pair() {
    let device = Device::flex();
    let config = json!({ "kind": "mlp", "hidden": [8, 8], "code_layer": 2 });
    let config: JointDiscriminatorConfig = serde_json::from_value(config).unwrap();
    let rng = &mut keyed_rng(3, "weights", 0);
    let network = config.init(IMAGE, LATENT, rng, &device).unwrap();
    let score = |images: Tensor<4>, codes: Tensor<2>| {
        network
            .forward(DiscriminatorInput::new(images).with_code(codes))
            .logits
    };
    let (pixels, codes) = (images(&device), normal(&device));
    let whole = score(pixels.clone(), codes.clone());
    assert!(largest(whole.clone() - score(pixels, normal(&device))) > 1e-3);
    assert!(largest(whole - score(images(&device), codes)) > 1e-3);
}

#[test]
fn a_file_with_fewer_weights_than_its_encoder_is_refused() {
    let device = Device::flex();
    let generator = json!({ "kind": "mlp", "latent": LATENT, "hidden": [4] });
    let generator: GeneratorConfig = serde_json::from_value(generator).unwrap();
    let rng = &mut keyed_rng(3, "weights", 0);
    let network = generator.init(IMAGE, 0, rng, &device).unwrap();
    let (_, small) = encoder(&json!({ "kind": "mlp", "hidden": [4] }), &device);
    let (large, _) = encoder(&json!({ "kind": "mlp", "hidden": [4000] }), &device);
    let bundle = ModelBundle::new("bigan", ModelCard::new(generator.clone(), IMAGE))
        .with(GENERATOR, &generator, &network)
        .and_then(|bundle| bundle.with(ENCODER, &large, &small))
        .unwrap();
    let refused = bundle.check(ENCODER, large.weight_count(IMAGE, LATENT));
    assert!(matches!(refused, Err(ModelError::Weights(_))));
    let message = refused.unwrap_err().to_string();
    assert!(message.contains("encoder has"), "{message}");
    assert!(
        bundle
            .check(GENERATOR, generator.weight_count(IMAGE, 0))
            .is_ok()
    );
    assert!(bundle.check("critic", Some(1)).is_err());
}

#[test]
fn only_networks_with_a_norm_depend_on_the_batch() {
    for (hidden, norm, first, expected) in [
        (json!([4, 4]), "none", true, false),
        (json!([4, 4]), "batch", true, true),
        (json!([4, 4]), "batch", false, true),
        (json!([4]), "batch", true, true),
        // The only layer is the first one, which has none.
        (json!([4]), "batch", false, false),
        (json!([]), "batch", true, false),
    ] {
        let config = json!({"kind": "mlp", "hidden": hidden, "norm": norm, "norm_first": first});
        let of_encoder: EncoderConfig = serde_json::from_value(config.clone()).unwrap();
        assert_eq!(of_encoder.is_batch_dependent(), expected, "{config}");
        let of_pairs: JointDiscriminatorConfig = serde_json::from_value(config.clone()).unwrap();
        assert_eq!(of_pairs.is_batch_dependent(), expected, "{config}");
    }
    // The layers of the latent alone count, and those of both that are not the first.
    for (extra, expected) in [
        (json!({"code_hidden": [4, 4]}), true),
        (json!({"code_hidden": [4]}), false),
        (json!({"hidden": [4, 4], "code_layer": 2}), true),
    ] {
        let mut config =
            json!({"kind": "mlp", "hidden": [4], "norm": "batch", "norm_first": false});
        let all = config.as_object_mut().unwrap();
        all.extend(extra.as_object().unwrap().clone());
        let of_pairs: JointDiscriminatorConfig = serde_json::from_value(config.clone()).unwrap();
        assert_eq!(of_pairs.is_batch_dependent(), expected, "{config}");
    }
}
