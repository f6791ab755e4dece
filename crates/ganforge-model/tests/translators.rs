//! Translators and the discriminator of patches: shapes, sizes, what the layers do, and configurations that are refused.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod trained;

use burn::tensor::{Device, Distribution, Tensor};
use ganforge_model::networks::{Translator, TranslatorConfig};
use ganforge_model::{
    Discriminator, DiscriminatorArchitecture, DiscriminatorConfig, DiscriminatorInput, Generator,
    GeneratorArchitecture, GeneratorConfig, GeneratorInput, ImageShape, keyed_rng,
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

fn translator(config: &Value) -> TranslatorConfig {
    serde_json::from_value(config.clone()).unwrap()
}

fn network(config: &Value, image: ImageShape) -> Translator {
    let rng = &mut keyed_rng(0, "weights", 0);
    translator(config)
        .init(image, rng, &Device::flex())
        .unwrap()
}

fn patches(config: &Value) -> DiscriminatorConfig {
    serde_json::from_value(config.clone()).unwrap()
}

fn images(count: usize, image: ImageShape) -> Tensor<4> {
    let dims = [count, image.channels, image.height, image.width];
    Tensor::random(dims, Distribution::Uniform(-1.0, 1.0), &Device::flex())
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

fn translators() -> [(Value, Vec<ImageShape>); 5] {
    [
        (
            json!({ "kind": "mlp", "hidden": [5, 4] }),
            vec![image(1, 3, 4), image(2, 1, 1)],
        ),
        (json!({ "kind": "mlp", "hidden": [] }), vec![image(2, 1, 1)]),
        (
            json!({ "kind": "encoder-decoder", "width": 3 }),
            vec![image(1, 8, 8), image(3, 32, 16)],
        ),
        (
            json!({ "kind": "resnet", "width": 3, "blocks": 2 }),
            vec![image(1, 28, 28), image(3, 8, 12)],
        ),
        (
            json!({ "kind": "resnet", "width": 2, "blocks": 0 }),
            vec![image(1, 8, 8)],
        ),
    ]
}

#[test]
fn translations_have_the_shape_of_their_images_and_sizes_are_exact() {
    let device = Device::flex().autodiff();
    for (config, shapes) in translators() {
        for shape in shapes {
            let input = images(2, shape);
            let output = network(&config, shape).forward(GeneratorInput::image(input.clone()));
            assert_eq!(output.dims(), input.dims(), "{config}, {shape}");
            let output = values(output);
            assert!(output.iter().all(|value| value.abs() <= 1.0), "{config}");

            let rng = &mut keyed_rng(0, "weights", 0);
            let trainable = translator(&config).init(shape, rng, &device).unwrap();
            let size = translator(&config).size(shape).unwrap();
            let parameters = trained(&trainable);
            assert!(
                (size.parameters - parameters).abs() < 0.5,
                "{config}, {shape}: {size:?}, {parameters}"
            );
            assert!(size.largest > 0.0 && size.largest <= size.per_image);
        }
    }
}

#[test]
fn a_model_file_builds_a_translator_from_the_kind_translator() {
    let config: GeneratorConfig = serde_json::from_value(
        json!({ "kind": "translator", "network": { "kind": "resnet", "width": 2, "blocks": 1 } }),
    )
    .unwrap();
    let shape = image(1, 8, 8);
    assert_eq!(config.input(shape), Some(shape));
    assert_eq!(config.latent().dimension, 0);
    let rng = &mut keyed_rng(0, "weights", 0);
    let net = config.init(shape, 0, rng, &Device::flex()).unwrap();
    let output = net.forward(GeneratorInput::image(images(3, shape)));
    assert_eq!(output.dims(), [3, 1, 8, 8]);
    let count = config.weight_count(shape, 0).unwrap();
    let size = config.size(shape, 0).unwrap();
    assert!((size.matrices - count as f64).abs() < 0.5);
}

#[test]
fn memory_exceeds_the_image_and_grows_with_pixels_and_batch() {
    for config in [
        json!({ "kind": "mlp", "hidden": [8] }),
        json!({ "kind": "encoder-decoder", "width": 2 }),
        json!({ "kind": "resnet", "width": 2, "blocks": 1 }),
    ] {
        // The weights of a fully connected one grow with the square of the pixels.
        let sides = if config["kind"] == "mlp" {
            [8, 32]
        } else {
            [64, 256]
        };
        let memory = |side| network(&config, image(3, side, side)).forward_memory(1);
        let [small, large] = sides.map(memory);
        let values = (3 * 4 * sides[1] * sides[1]) as u64;
        assert!(large > values && large < 200 * values, "{config}: {large}");
        let ratio = large as f64 / small as f64;
        // An encoder of larger images has more layers.
        assert!((10.0..=17.0).contains(&ratio), "{config}: {ratio}");
        let net = network(&config, image(3, sides[0], sides[0]));
        assert_eq!(net.forward_memory(7), 7 * small, "{config}");
        assert_eq!(net.forward_memory(usize::MAX), u64::MAX, "{config}");
    }
}

#[test]
fn a_translation_by_residual_blocks_does_not_depend_on_the_other_images() {
    let (shape, config) = (
        image(2, 12, 8),
        json!({ "kind": "resnet", "width": 4, "blocks": 2 }),
    );
    let net = network(&config, shape);
    let batch = images(3, shape);
    let together = net.forward(GeneratorInput::image(batch.clone()));
    let alone = net.forward(GeneratorInput::image(batch.narrow(0, 1, 1)));
    let together = values(together.narrow(0, 1, 1));
    for (alone, together) in values(alone).iter().zip(together) {
        assert!((alone - together).abs() < 1e-5, "{alone}, {together}");
    }
}

#[test]
fn a_map_of_patches_is_flattened_to_scores() {
    let shape = image(1, 28, 28);
    let config = patches(&json!({ "kind": "patch", "width": 3, "layers": 1 }));
    let rng = &mut keyed_rng(0, "weights", 0);
    let net = config.init(shape, 0, rng, &Device::flex()).unwrap();
    let batch = images(2, shape);
    let output = net.forward(DiscriminatorInput::new(batch.clone()));
    // 28 → 14 → 13 → 12.
    assert_eq!(output.logits.dims(), [2, 144]);
    assert_eq!(output.features.dims(), [2, 6 * 13 * 13]);
    let layers = Discriminator::hidden_layers(&net, DiscriminatorInput::new(batch.clone()));
    let dims: Vec<_> = layers.iter().map(Tensor::dims).collect();
    assert_eq!(dims, [[2, 3, 14, 14], [2, 6, 13, 13]]);
    // The input gradient is left to finite differences.
    let input = DiscriminatorInput::new(batch);
    assert!(net.input_gradient(input).is_none() && !config.has_input_gradient());

    for (config, shapes) in [
        (
            json!({ "kind": "patch", "width": 3, "layers": 1 }),
            [image(1, 8, 8), image(2, 9, 12)],
        ),
        (
            json!({ "kind": "patch", "width": 2, "layers": 4 }),
            [image(1, 64, 64), image(3, 64, 96)],
        ),
    ] {
        for shape in shapes {
            let device = Device::flex().autodiff();
            let rng = &mut keyed_rng(0, "weights", 0);
            let net = patches(&config).init(shape, 0, rng, &device).unwrap();
            let size = patches(&config).size(shape, 0).unwrap();
            let parameters = trained(&net);
            assert!(
                (size.parameters - parameters).abs() < 0.5,
                "{config}, {shape}"
            );
        }
    }
}

#[test]
fn what_does_not_fit_the_images_is_refused_with_the_key() {
    let huge = i64::MAX;
    for (config, shape, key) in [
        (
            json!({ "kind": "mlp", "hidden": [0] }),
            image(1, 4, 4),
            "hidden",
        ),
        (
            json!({ "kind": "mlp", "hidden": [huge] }),
            image(1, 4, 4),
            "hidden",
        ),
        (
            json!({ "kind": "encoder-decoder", "width": 4 }),
            image(1, 28, 28),
            "data.size",
        ),
        (
            json!({ "kind": "encoder-decoder", "width": huge }),
            image(1, 32, 32),
            "width",
        ),
        (
            json!({ "kind": "resnet", "width": 0 }),
            image(1, 8, 8),
            "width",
        ),
        (
            json!({ "kind": "resnet", "width": huge }),
            image(1, 8, 8),
            "width",
        ),
        (
            json!({ "kind": "resnet", "blocks": huge }),
            image(1, 8, 8),
            "blocks",
        ),
        (json!({ "kind": "resnet" }), image(1, 10, 8), "data.size"),
        (json!({ "kind": "resnet" }), image(2, 1, 1), "data.size"),
    ] {
        let rng = &mut keyed_rng(0, "weights", 0);
        let refused = translator(&config).init(shape, rng, &Device::flex());
        let refused = refused.unwrap_err();
        assert!(refused.key.starts_with(key), "{config}: {refused}");
    }
    for (config, shape, classes, key) in [
        (
            json!({ "kind": "patch", "layers": 3 }),
            image(1, 15, 32),
            0,
            "layers",
        ),
        (
            json!({ "kind": "patch", "layers": huge }),
            image(1, 32, 32),
            0,
            "layers",
        ),
        (
            json!({ "kind": "patch", "width": huge }),
            image(1, 32, 32),
            0,
            "width",
        ),
        (json!({ "kind": "patch" }), image(1, 32, 32), 10, "kind"),
    ] {
        let rng = &mut keyed_rng(0, "weights", 0);
        let refused = patches(&config).init(shape, classes, rng, &Device::flex());
        assert_eq!(refused.unwrap_err().key, key, "{config}");
    }
}

#[test]
fn the_hidden_layers_of_a_fully_connected_discriminator_are_all_of_its_layers() {
    let device = Device::flex();
    for pieces in [1, 2] {
        let config: DiscriminatorConfig = serde_json::from_value(json!({
            "kind": "mlp", "hidden": [5, 4, 3], "maxout_pieces": pieces
        }))
        .unwrap();
        let rng = &mut keyed_rng(0, "weights", 0);
        let shape = ImageShape {
            channels: 1,
            height: 2,
            width: 3,
        };
        let network = config.init(shape, 0, rng, &device).unwrap();
        let images = Tensor::random([7, 1, 2, 3], Distribution::Uniform(-1.0, 1.0), &device);
        let input = || DiscriminatorInput::new(images.clone());
        let layers = Discriminator::hidden_layers(&network, input());
        let dims: Vec<_> = layers.iter().map(Tensor::dims).collect();
        assert_eq!(dims, [[7, 5, 1, 1], [7, 4, 1, 1], [7, 3, 1, 1]]);
        let last = layers[2].clone().flatten::<2>(1, 3) - network.forward(input()).features;
        assert!(last.abs().max().into_scalar::<f32>() < 1e-9);
    }
}
