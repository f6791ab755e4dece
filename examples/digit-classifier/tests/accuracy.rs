//! The classifier that ships, on all test images of MNIST where those are at hand.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::path::Path;

use burn::tensor::{Device, Tensor, TensorData};
use ganforge_data::{DataOptions, DataSpec, Dataset, Split};
use ganforge_eval::spaces::{DigitClassifier, stacked_labels};

fn test_part(stacked: bool, take: usize) -> Option<Dataset> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/mnist");
    if !folder.is_dir() {
        println!("skipped: ../shared/data/mnist is not here");
        return None;
    }
    let digits = DataSpec::Idx(folder);
    let spec = if stacked {
        DataSpec::Stacked(Box::new(digits))
    } else {
        digits
    };
    let options = DataOptions {
        split: Split::Test,
        labels: true,
        take: Some(take),
        ..DataOptions::default()
    };
    Some(Dataset::open(&spec, &options).unwrap())
}

/// How many images get the label they have.
fn right(dataset: &Dataset, classifier: &DigitClassifier) -> usize {
    let indices: Vec<usize> = (0..dataset.len()).collect();
    let of_chunk = |indices: &[usize]| {
        let batch = dataset.gather(indices).unwrap();
        let dims = [batch.size, batch.shape.channels, 28, 28];
        let images: Tensor<4> =
            Tensor::from_data(TensorData::new(batch.images, dims), &Device::flex());
        let labels = if dims[1] == 3 {
            stacked_labels(classifier, images)
        } else {
            classifier.labels(images)
        };
        let labels = labels.unwrap().into_data();
        let pairs = labels.iter::<i64>().zip(batch.classes.unwrap());
        pairs
            .filter(|&(label, class)| label == i64::from(class))
            .count()
    };
    indices.chunks(500).map(of_chunk).sum()
}

#[test]
fn of_ten_thousand_digits_it_names_nearly_all() {
    let Some(digits) = test_part(false, 10_000) else {
        return;
    };
    let classifier = DigitClassifier::shipped(&Device::flex()).unwrap();
    let right = right(&digits, &classifier);
    assert!(right >= 9_960, "{right} of 10000");
}

#[test]
fn of_stacked_digits_it_names_as_many_as_three_at_once_allow() {
    let Some(stacked) = test_part(true, 2_000) else {
        return;
    };
    let classifier = DigitClassifier::shipped(&Device::flex()).unwrap();
    let right = right(&stacked, &classifier);
    // 0.9965 cubed is 0.9895, less four deviations of a draw of 2,000.
    assert!(right >= 1_960, "{right} of 2000");
}
