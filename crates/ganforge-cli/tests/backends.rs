//! The same weights give the same images and latents on every backend that was compiled in, and each of them trains.
//!
//! Built with Flex alone, as by `cargo test --workspace`, this compares Flex with itself; `cargo xtask backends` builds
//! it with wgpu and `NdArray`, `cargo xtask gpu` with CUDA and Vulkan.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Largest difference between two backends' pixels, in units of [-1, 1], and between their latents.
const TOLERANCE: f32 = 1e-4;

/// Those that `cargo xtask ci` runs: fully connected, transposed convolutions, and an encoder and decoder. A software GPU takes one to two minutes
/// for each, so that the others are left to `cargo xtask backends`, which sets `GANFORGE_ALL_NETWORKS`.
const QUICK: [&str; 3] = [
    "digits",
    "bench-dcgan32",
    "context-encoder-2016-mnist-small",
];

/// The words of each network's command line; the first is its recipe.
fn networks() -> impl Iterator<Item = Vec<&'static str>> {
    let all = std::env::var_os("GANFORGE_ALL_NETWORKS").is_some();
    let words = |line: &'static str| line.split(' ').collect();
    let networks = NETWORKS.into_iter().map(words);
    networks.filter(move |network: &Vec<&str>| all || QUICK.contains(&network[0]))
}

/// Small versions of the architectures and systems: arguments of `train` that take seconds everywhere.
const NETWORKS: [&str; 9] = [
    "digits --images 640 --set run.tick=320",
    "bench-dcgan32 --data digits --images 64 --set run.batch=16 --set run.tick=32 --set run.samples=16 --set generator.width=8 --set discriminator.width=8",
    "bigan-2016-digits --images 1280 --set run.tick=640",
    "ali-2016-digits --images 1280 --set run.tick=640",
    // Twenty steps.
    "salimans-2016-digits-small --images 320 --set run.batch=16 --set run.tick=160 --set run.samples=16 --set evaluation.samples=50",
    "context-encoder-2016-mnist-small --data digits --images 320 --set data.take=1700 --set run.batch=16 --set run.tick=160 --set run.samples=16 --set generator.encoder=[8,16] --set generator.decoder=[16] --set discriminator.hidden=[32] --set evaluation.features=raw --set evaluation.samples=200",
    // Twenty steps of three levels.
    "lapgan-2015-mnist-small --data digits --images 320 --set data.size=[20,20] --set generator.coarsest=[5,5] --set generator.hidden=[32] --set generator.widths=[4,4] --set discriminator.width=4 --set run.batch=16 --set run.tick=160 --set run.samples=16",
    "discogan-2017-points-small --images 320 --set run.batch=16 --set run.tick=160 --set run.samples=16 --set translation.feature_matching=0.5 --set evaluation.samples=50",
    "cyclegan-2017-mnist-small --data digits --images 160 --set data.take=900 --set target.source=digits --set target.skip=900 --set target.take=800 --set run.tick=80 --set run.samples=16 --set evaluation.samples=50",
];

/// Further arguments of `sample` for a network that takes images.
fn inputs(network: &[&str]) -> &'static [&'static str] {
    match network[0] {
        "context-encoder-2016-mnist-small" | "cyclegan-2017-mnist-small" => &["--input", "digits"],
        "discogan-2017-points-small" => &["--input", "ring5"],
        _ => &[],
    }
}

fn ganforge(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_ganforge"))
        .args(arguments)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// What to say to `--device`, Flex first.
fn devices() -> Vec<String> {
    let listed: Value = serde_json::from_str(&ganforge(&["devices", "--json"])).unwrap();
    let mut specs: Vec<String> = listed["devices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|device| device["spec"].as_str().unwrap().to_owned())
        .collect();
    specs.sort_by_key(|spec| spec != "flex");
    for backend in listed["compiled"].as_array().unwrap() {
        let name = backend.as_str().unwrap();
        let has_device = specs
            .iter()
            .any(|spec| spec.split(':').next() == Some(name));
        assert!(has_device, "{name} is compiled in but finds no device");
    }
    specs
}

fn train(network: &[&str], device: &str, out: &Path) {
    let out = out.to_str().unwrap();
    let arguments = [&["train"], network, &["--device", device, "--out", out]].concat();
    ganforge(&arguments);
}

/// The floats of a `.npy` file of format 1.0, whose header is 128 bytes for shapes of this size.
fn samples(network: &[&str], model: &Path, device: &str, out: &Path) -> Vec<f32> {
    let (model, path) = (model.to_str().unwrap(), out.to_str().unwrap());
    let arguments = [
        "sample", model, "-n", "32", "--seed", "5", "--device", device, "-o", path,
    ];
    ganforge(&[&arguments[..], inputs(network)].concat());
    floats(out)
}

/// The latents of images by the encoder of a model, where it has one.
fn latents(network: &[&str], model: &Path, device: &str, out: &Path) -> Option<Vec<f32>> {
    if !matches!(network[0], "ali-2016-digits" | "bigan-2016-digits") {
        return None;
    }
    let (model, path) = (model.to_str().unwrap(), out.to_str().unwrap());
    let arguments = [
        "encode", model, "--data", "digits", "-n", "32", "--device", device, "-o", path,
    ];
    ganforge(&arguments);
    Some(floats(out))
}

fn floats(path: &Path) -> Vec<f32> {
    let bytes = std::fs::read(path).unwrap();
    let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    bytes[header..]
        .chunks_exact(4)
        .map(|four| f32::from_le_bytes(four.try_into().unwrap()))
        .collect()
}

fn compare(what: &str, found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let pairs = found.iter().zip(expected);
    let difference = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    println!("{what}: largest difference {difference:e}");
    assert!(difference <= TOLERANCE, "{what}: {difference}");
}

#[test]
fn the_same_weights_give_the_same_images_and_latents_on_every_backend() {
    let home = tempfile::tempdir().unwrap();
    for (index, network) in networks().enumerate() {
        let run = home.path().join(format!("run-{index}"));
        train(&network, "flex", &run);
        let model = run.join("model.safetensors");
        let out = home.path().join("numbers.npy");
        let computed = |device: &str| {
            let images = samples(&network, &model, device, &out);
            (images, latents(&network, &model, device, &out))
        };
        let reference = computed("flex");
        for device in devices() {
            let (images, codes) = computed(&device);
            compare(
                &format!("images of {} on {device}", network[0]),
                &images,
                &reference.0,
            );
            if let (Some(codes), Some(reference)) = (codes, &reference.1) {
                assert_eq!(codes.len(), 32 * 32);
                compare(
                    &format!("latents of {} on {device}", network[0]),
                    &codes,
                    reference,
                );
            }
        }
    }
}

#[test]
fn a_short_training_run_works_on_every_backend() {
    let home = tempfile::tempdir().unwrap();
    for device in devices() {
        for network in networks() {
            let run = home
                .path()
                .join(format!("{}-{}", network[0], device.replace(':', "-")));
            train(&network, &device, &run);
            let metrics = std::fs::read_to_string(run.join("metrics.jsonl")).unwrap();
            let lines: Vec<Value> = metrics
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect();
            assert_eq!(lines.len(), 2, "two ticks on {device}");
            for line in lines {
                assert!(line["discriminator_loss"].as_f64().unwrap().is_finite());
                assert!(line["generator_gradient_norm"].as_f64().unwrap() > 0.0);
            }
        }
    }
}
