//! Against torchvision's architecture as pytorch-fid patches it, with weights that both sides generate: `references/inception.py`.

use std::fs;
use std::io::Read;
use std::sync::LazyLock;

use flate2::read::GzDecoder;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::tests::mixed;

const STORED: &str = include_str!("../../../../../references/inception.json");

/// A file as PyTorch wrote it, with every tensor of the released one as a window on a few kilobytes.
const WINDOWS: &[u8] = include_bytes!("../../../../../references/inception.pth.gz");

#[derive(Deserialize)]
struct Stored {
    every: usize,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    size: [usize; 3],
    features: Vec<f64>,
    logits: Vec<f64>,
    largest_feature: f64,
    sum_of_features: f64,
    largest_logit: f64,
    log_sum_exp: f64,
}

/// The network with generated weights.
pub(crate) static GENERATED: LazyLock<InceptionV3> = LazyLock::new(|| {
    let mut tensors = windows();
    for (name, (shape, elements)) in &mut tensors.left {
        *elements = generated(name, shape);
    }
    InceptionV3::new(tensors, &Device::flex()).unwrap()
});

fn windows() -> Tensors {
    Tensors::read(file(&unpacked()).path()).unwrap()
}

fn unpacked() -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(WINDOWS).read_to_end(&mut bytes).unwrap();
    bytes
}

fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), bytes).unwrap();
    file
}

/// `elements` of the script.
fn generated(name: &str, shape: &[usize]) -> Vec<f32> {
    let seed = name.bytes().fold(0x811c_9dc5_u32, |seed, byte| {
        (seed ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    let bound = (6.0 / shape[1..].iter().product::<usize>() as f64).sqrt();
    let place = |u: f64| match name.rsplit('.').next() {
        Some("running_mean" | "bias") => u / 4.0,
        Some("running_var") => 1.0 + u / 2.0,
        Some("weight") if name.ends_with("bn.weight") => 1.0 + u / 4.0,
        _ => u * bound,
    };
    (0..shape.iter().product::<usize>() as u64)
        .map(|at| {
            let hash = mixed((u64::from(seed) << 32) + at) >> 40;
            place(hash as f64 / f64::from(1 << 23) - 1.0) as f32
        })
        .collect()
}

/// `image` of the script, in [-1, 1].
fn image([channels, height, width]: [usize; 3]) -> Tensor<4> {
    let mut pixels = Vec::new();
    for channel in 0..channels {
        for row in 0..height {
            for column in 0..width {
                let down = row * 640 / height * (channel + 2);
                let wave = (down + column * 896 / width * (3 - channel)) % 512;
                let grain = pixels.len() * 40503 % 65536 / 4096;
                let byte = wave.abs_diff(256).min(239) + grain;
                pixels.push(byte as f32 / 127.5 - 1.0);
            }
        }
    }
    let data = TensorData::new(pixels, [1, channels, height, width]);
    Tensor::from_data(data, &Device::flex())
}

fn numbers(tensor: Tensor<2>) -> Vec<f64> {
    let data: Vec<f32> = tensor.try_into_vec_as().unwrap();
    data.into_iter().map(f64::from).collect()
}

/// Fails unless every n-th number is as expected, up to a share of the largest of all.
fn agree(what: &str, found: &[f64], every: usize, expected: &[f64], largest: f64) {
    assert_eq!(found.len().div_ceil(every), expected.len(), "{what}");
    for (found, expected) in found.iter().step_by(every).zip(expected) {
        let error = (found - expected).abs() / largest;
        assert!(error < 1e-5, "{what}: {found}, expected {expected}");
    }
}

#[test]
fn features_and_logits_are_those_of_pytorch() {
    let stored: Stored = serde_json::from_str(STORED).unwrap();
    for case in stored.cases {
        let what = format!("{:?}", case.size);
        let (features, logits) = GENERATED.forward(preprocess::preprocess(image(case.size)));
        let (features, logits) = (numbers(features), numbers(logits));
        let (every, largest) = (stored.every, case.largest_feature);
        agree(&what, &features, every, &case.features, largest);
        agree(&what, &logits, every, &case.logits, case.largest_logit);
        let sum: f64 = features.iter().sum();
        agree(&what, &[sum], 1, &[case.sum_of_features], sum);
        let exponentials: f64 = logits.iter().map(|logit| logit.exp()).sum();
        agree(&what, &[exponentials.ln()], 1, &[case.log_sum_exp], 10.0);
    }
}

#[test]
fn every_tensor_of_a_file_that_pytorch_wrote_finds_its_place() {
    let tensors = windows();
    // Element (i, j, k, l) is number 2i + j + 5k + 3l of 4096.
    let (shape, elements) = &tensors.left["Mixed_6b.branch7x7_2.conv.weight"];
    assert_eq!(shape, &[128, 128, 1, 7]);
    for (row, column) in [(0, 0), (5, 3), (127, 100)] {
        let expected = (2 * row + column) as f32 / 4096.0 + 6.0 * 3.0 / 4096.0;
        let found = elements[(row * 128 + column) * 7 + 6];
        assert!((found - expected).abs() < 1e-7, "{found} {expected}");
    }
    assert_eq!(tensors.left.len(), 472);
    InceptionV3::new(tensors, &Device::flex()).unwrap();
}

#[test]
fn a_tensor_that_is_missing_left_over_or_of_another_shape_is_named() {
    let refused = |change: &dyn Fn(&mut Tensors)| {
        let mut tensors = windows();
        change(&mut tensors);
        InceptionV3::new(tensors, &Device::flex()).unwrap_err()
    };
    let missing = refused(&|tensors| {
        tensors.left.remove("Mixed_7c.branch_pool.bn.running_var");
    });
    assert_eq!(
        missing,
        "tensor `Mixed_7c.branch_pool.bn.running_var` is missing"
    );
    let left_over = refused(&|tensors| {
        let auxiliary = (vec![2], vec![0.0; 2]);
        tensors.left.insert("AuxLogits.fc.bias".into(), auxiliary);
    });
    assert_eq!(left_over, "tensor `AuxLogits.fc.bias` has no place in it");
    // The head of torchvision's own network, with 1000 classes.
    let other = refused(&|tensors| {
        let head = (vec![1000, 2048], vec![0.0; 1000 * 2048]);
        tensors.left.insert("fc.weight".into(), head);
    });
    assert_eq!(
        other,
        "tensor `fc.weight` is of shape [1000, 2048], expected [1008, 2048]"
    );
}

#[test]
fn a_damaged_file_is_refused() {
    let bytes = unpacked();
    for damaged in [
        &bytes[..bytes.len() / 2],
        &bytes[..bytes.len() - 4],
        b"PK",
        b"",
    ] {
        let file = file(damaged);
        let refused = Tensors::read(file.path()).unwrap_err();
        let place = file.path().display().to_string();
        assert!(refused.starts_with(&place), "{refused}");
        assert!(!refused.contains('\n'), "{refused}");
    }
}

#[test]
fn only_the_released_file_is_opened() {
    let device = Device::flex();
    let refused = |path: &Path| InceptionV3::open(path, &device).unwrap_err().to_string();
    let absent = refused(Path::new("nowhere/inception.pth"));
    assert_eq!(
        absent,
        "the weights of Inception-v3 cannot be used: nowhere/inception.pth is not there; `ganforge data fetch inception` downloads it"
    );
    // All tensors are there, and yet they are not the released ones.
    let other = file(&unpacked());
    let refused = refused(other.path());
    let digest = ganforge_core::hex_digest(Sha256::new().chain_update(unpacked()), 32);
    for part in [&*digest, INCEPTION_SHA256, "ganforge data fetch inception"] {
        assert!(refused.contains(part), "`{part}` in {refused}");
    }
}

#[test]
fn the_name_of_the_file_holds_the_digits_that_its_publisher_put_there() {
    assert!(INCEPTION_FILE.contains(&INCEPTION_SHA256[..8]));
}

#[test]
fn images_are_shown_as_a_file_would_hold_them() {
    let device = Device::flex();
    let data = TensorData::from([[[[-3.0_f32, -1.0, -0.001, 0.0, 0.003, 0.999, 7.0]]]]);
    let shown = preprocess::quantize(Tensor::from_data(data, &device));
    let levels = (shown + 1.0) * 127.5;
    let levels: Vec<f32> = levels.try_into_vec_as().unwrap();
    let expected = [0.0, 0.0, 127.0, 128.0, 128.0, 255.0, 255.0];
    for (found, expected) in levels.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-4, "{found} {expected}");
    }
}

#[test]
fn images_that_are_neither_grey_nor_coloured_are_refused() {
    let shape = |[channels, height, width]: [usize; 3]| ImageShape {
        channels,
        height,
        width,
    };
    for size in [[2, 8, 8], [4, 8, 8], [1, 1, 1]] {
        let refused = check(shape(size)).unwrap_err().to_string();
        assert!(refused.contains("ask for raw features"), "{refused}");
    }
    assert!(check(shape([1, 8, 8])).is_ok() && check(shape([3, 64, 48])).is_ok());
}
