//! The built-in classifier on digits it was not trained on: the first ten test images of MNIST of each class, one row per class.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::fs::File;
use std::io::Read;
use std::path::Path;

use burn::tensor::{Device, Tensor, TensorData};
use flate2::read::GzDecoder;
use ganforge_eval::EvalError;
use ganforge_eval::spaces::{
    DIGITS_SHA256, DigitClassifier, DigitNetwork, stacked_labels, without_border,
};
use sha2::{Digest, Sha256};

/// The hundred digits, `[100, 1, 28, 28]`, ten of each class in turn.
fn hundred(device: &Device) -> Tensor<4> {
    let page = image::load_from_memory(include_bytes!("digits.png")).unwrap();
    let page = page.into_luma8();
    let mut pixels = Vec::new();
    for place in 0..100_u32 {
        let (left, top) = (28 * (place % 10), 28 * (place / 10));
        for at in 0..28 * 28 {
            let pixel = page.get_pixel(left + at % 28, top + at / 28);
            pixels.push(f32::from(pixel.0[0]) / 127.5 - 1.0);
        }
    }
    Tensor::from_data(TensorData::new(pixels, [100, 1, 28, 28]), device)
}

fn host(labels: Tensor<1, burn::tensor::Int>) -> Vec<i64> {
    labels.into_data().iter::<i64>().collect()
}

#[test]
fn digits_are_classified_and_have_features() {
    let device = Device::flex();
    let classifier = DigitClassifier::shipped(&device).unwrap();
    let labels = host(classifier.labels(hundred(&device)).unwrap());
    let right = labels
        .iter()
        .zip(0..)
        .filter(|&(&label, place)| label == place / 10);
    assert!(right.count() >= 99, "{labels:?}");

    let classified = classifier.classify(hundred(&device)).unwrap();
    assert_eq!(classified.features.dims(), [100, 128]);
    assert_eq!(classified.probabilities.dims(), [100, 10]);
    let lowest: f32 = classified.features.min().into_scalar();
    assert!(lowest >= 0.0);
    let sums = classified.probabilities.clone().sum_dim(1);
    let off: f32 = (sums - 1.0).abs().max().into_scalar();
    assert!(off < 1e-5, "{off}");
    let likeliest = classified.probabilities.argmax(1).squeeze_dim(1);
    assert_eq!(host(likeliest), labels);
}

/// The data after the header of a compressed IDX file of MNIST next to the workspace, if it exists.
fn unpacked(name: &str, header: usize) -> Option<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/mnist");
    let file = File::open(folder.join(name)).ok()?;
    let mut bytes = Vec::new();
    GzDecoder::new(file).read_to_end(&mut bytes).unwrap();
    Some(bytes.split_off(header))
}

#[test]
fn the_accuracy_on_the_test_images_of_mnist_is_the_documented_one() {
    let pixels = unpacked("t10k-images-idx3-ubyte.gz", 16);
    let (Some(pixels), Some(classes)) = (pixels, unpacked("t10k-labels-idx1-ubyte.gz", 8)) else {
        println!("skipped: ../shared/data/mnist is not here");
        return;
    };
    let device = Device::flex();
    let classifier = DigitClassifier::shipped(&device).unwrap();
    let batches = pixels.chunks(500 * 28 * 28).zip(classes.chunks(500));
    let right: usize = batches
        .map(|(pixels, classes)| {
            let pixels = pixels.iter().map(|&pixel| f32::from(pixel) / 127.5 - 1.0);
            let data = TensorData::new(pixels.collect(), [classes.len(), 1, 28, 28]);
            let labels = host(classifier.labels(Tensor::from_data(data, &device)).unwrap());
            let pairs = labels.iter().zip(classes);
            pairs
                .filter(|&(&label, &class)| label == i64::from(class))
                .count()
        })
        .sum();
    // 9,965 on the reference machine; rounding on another processor may change a borderline image.
    assert!((9963..=9967).contains(&right), "{right}");
}

#[test]
fn stacked_digits_are_numbers_of_three_figures() {
    let device = Device::flex();
    let classifier = DigitClassifier::shipped(&device).unwrap();
    let digits = hundred(&device);
    // Image k has the digits k, k + 10 and k + 25 of the page: red is the figure of its row, and so on.
    let rolled = |by: i64| {
        let order: Vec<i64> = (0..100).map(|place| (place + by) % 100).collect();
        let order = Tensor::from_data(TensorData::new(order, [100]), &device);
        digits.clone().select(0, order)
    };
    let stacked = Tensor::cat(vec![digits.clone(), rolled(10), rolled(25)], 1);
    let labels = host(stacked_labels(&classifier, stacked).unwrap());
    let figure = |place: i64| place % 100 / 10;
    let expected = |k: i64| 100 * figure(k) + 10 * figure(k + 10) + figure(k + 25);
    let right = labels
        .iter()
        .zip(0..)
        .filter(|&(&label, k)| label == expected(k));
    assert!(right.count() >= 97, "{labels:?}");
}

#[test]
fn other_shapes_are_refused_with_a_remedy() {
    let device = Device::flex();
    let classifier = DigitClassifier::shipped(&device).unwrap();
    let refused = |shape: [usize; 4]| {
        let images = Tensor::zeros(shape, &device);
        classifier.classify(images).unwrap_err().to_string()
    };
    let padded = refused([2, 1, 32, 32]);
    assert!(
        padded.contains("takes images of 1x28x28, and these are 1x32x32"),
        "{padded}"
    );
    assert!(padded.contains("border of 2"), "{padded}");
    let digits = hundred(&device);
    let padded = digits.clone().pad((2, 2, 2, 2), -1.0);
    assert_eq!(padded.dims(), [100, 1, 32, 32]);
    assert!(
        (without_border(padded) - digits)
            .abs()
            .max()
            .into_scalar::<f32>()
            <= 0.0
    );
    assert!(refused([2, 3, 28, 28]).contains("modes"));
    assert!(refused([2, 2, 1, 1]).contains("raw"));
    let grey = Tensor::zeros([1, 1, 28, 28], &device);
    let refused = stacked_labels(&classifier, grey).unwrap_err().to_string();
    assert!(
        refused.contains("3x28x28") && refused.contains("stacked:mnist"),
        "{refused}"
    );
}

#[test]
fn weights_round_trip_and_others_are_refused() {
    let device = Device::flex();
    let file = include_bytes!("../src/spaces/digits.safetensors");
    for (place, byte) in Sha256::digest(file).into_iter().enumerate() {
        let stated = u8::from_str_radix(&DIGITS_SHA256[2 * place..][..2], 16);
        assert_eq!(stated, Ok(byte));
    }

    let bytes = DigitClassifier::to_bytes(&DigitNetwork::new(&device)).unwrap();
    let one = DigitClassifier::from_bytes(&bytes, &device).unwrap();
    let two = DigitClassifier::from_bytes(&bytes, &device).unwrap();
    let [one, two] = [one, two].map(|of| of.classify(hundred(&device)).unwrap().features);
    let apart: f32 = (one - two).abs().max().into_scalar();
    assert!(apart < f32::EPSILON, "{apart}");

    let refused = DigitClassifier::from_bytes(&bytes[..bytes.len() - 2], &device);
    assert!(matches!(refused, Err(EvalError::Weights { .. })));
}
