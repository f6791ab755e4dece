//! The memory bound of a generator's forward pass.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

use burn::tensor::Device;
use ganforge_model::{
    Generator, GeneratorArchitecture, GeneratorConfig, GeneratorNet, ImageShape, keyed_rng,
};

const KINDS: [&str; 5] = [
    r#"{"kind": "mlp", "latent": 4, "hidden": [8]}"#,
    r#"{"kind": "dcgan", "latent": 4, "width": 2}"#,
    r#"{"kind": "resnet", "latent": 4, "width": 2, "max_width": 2}"#,
    r#"{"kind": "r3gan", "latent": 4, "width": 2, "max_width": 2, "group_width": 2}"#,
    r#"{"kind": "context-encoder", "encoder": [2, 2], "code": 4, "decoder": [2, 2]}"#,
];

fn network(config: &str, side: usize) -> GeneratorNet {
    let config: GeneratorConfig = serde_json::from_str(config).unwrap();
    let image = ImageShape {
        channels: 3,
        height: side,
        width: side,
    };
    let mut rng = keyed_rng(0, "weights", 0);
    config.init(image, 0, &mut rng, &Device::flex()).unwrap()
}

#[test]
fn memory_exceeds_the_image_and_grows_with_pixels_and_batch() {
    for config in KINDS {
        let [small, large] = [64, 256].map(|side| network(config, side).forward_memory(1));
        let image = 3 * 256 * 256 * 4;
        assert!(large > image, "{config}: {large}");
        assert!(large < 200 * image, "{config}: {large}");
        let ratio = large as f64 / small as f64;
        assert!((10.0..=16.5).contains(&ratio), "{config}: {ratio}");
        let network = network(config, 64);
        assert_eq!(network.forward_memory(7), 7 * small, "{config}");
        assert_eq!(network.forward_memory(usize::MAX), u64::MAX, "{config}");
    }
}

#[test]
fn a_reference_batch_needs_the_memory_of_as_many_images() {
    let config = |norm: &str| {
        format!(
            r#"{{"kind": "dcgan", "latent": 4, "width": 2, "norm": "{norm}", "norm_reference": 9}}"#
        )
    };
    let [plain, virtually] =
        ["batch", "virtual-batch"].map(|norm| network(&config(norm), 64).forward_memory(1));
    assert_eq!(virtually, 10 * plain);
}
