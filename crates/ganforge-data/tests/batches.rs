//! The order of training batches: shuffled, resumable, the same in memory and streamed.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(clippy::float_cmp, reason = "that the values are exact is the claim")]

mod pictures;

use std::fs;

use ganforge_core::permutation;
use ganforge_data::{Batch, BatchStream, DataOptions, DataSpec, Dataset, ImageShape, keyed_rng};
use pictures::{plain, write};

fn digits(options: &DataOptions) -> Dataset {
    Dataset::open(&DataSpec::Digits, options).unwrap()
}

fn labelled() -> DataOptions {
    DataOptions::new().labels(true)
}

fn take(dataset: &Dataset, batch: usize, seed: u64, first: u64, count: usize) -> Vec<Batch> {
    let mut stream = BatchStream::new(dataset.clone(), batch, seed, first).unwrap();
    (0..count).map(|_| stream.next().unwrap()).collect()
}

/// Thirty images of distinct grey levels, in two classes.
fn picture_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for level in 0..30u8 {
        let class = if level < 15 { "dark" } else { "light" };
        let name = format!("{class}/{level:02}.png");
        write(folder.path(), &name, plain(6, 4, [level * 8; 3]));
    }
    folder
}

fn open_folder(folder: &tempfile::TempDir, memory_limit: usize) -> Dataset {
    let options = DataOptions::new()
        .memory_limit(memory_limit)
        .labels(true)
        .flip(true);
    Dataset::open(&DataSpec::Folder(folder.path().into()), &options).unwrap()
}

#[test]
fn a_batch_has_the_documented_shape_and_range() {
    let batch = take(&digits(&labelled()), 64, 1, 0, 1).remove(0);
    assert_eq!(batch.size, 64);
    assert_eq!(
        batch.shape,
        ImageShape {
            channels: 1,
            height: 8,
            width: 8
        }
    );
    assert_eq!(batch.images.len(), 64 * 64);
    assert_eq!(batch.classes.unwrap().len(), 64);
    assert!(batch.images.iter().all(|x| (-1.0..=1.0).contains(x)));
    assert!(batch.images.contains(&1.0) && batch.images.contains(&-1.0));
}

#[test]
fn a_stream_started_in_the_middle_equals_an_uninterrupted_one() {
    // 1797 / 400 = 4 batches an epoch, so these steps cross three epochs.
    let options = DataOptions {
        flip: true,
        ..labelled()
    };
    let dataset = digits(&options);
    let whole = take(&dataset, 400, 9, 0, 14);
    for first in [0, 3, 4, 11] {
        assert_eq!(
            take(&dataset, 400, 9, first as u64, 14 - first),
            whole[first..]
        );
    }
    let mut stream = BatchStream::new(dataset, 400, 9, 4).unwrap();
    stream.next().unwrap();
    assert_eq!((stream.step(), stream.batches_per_epoch()), (5, 4));
}

#[test]
fn an_epoch_contains_every_image_once_and_the_next_has_another_order() {
    let folder = picture_folder();
    let dataset = open_folder(&folder, usize::MAX);
    // Every image is constant, so flips do not change it.
    let levels = |batches: &[Batch]| -> Vec<f32> {
        let values = dataset.shape().values();
        let images = batches.iter().flat_map(|batch| batch.images.chunks(values));
        images.map(|image| image[0]).collect()
    };
    let batches = take(&dataset, 10, 5, 0, 6);
    let (mut first, mut second) = (levels(&batches[..3]), levels(&batches[3..]));
    assert_ne!(first, second);
    first.sort_by(f32::total_cmp);
    second.sort_by(f32::total_cmp);
    assert_eq!(first, second);
    first.dedup();
    assert_eq!(first.len(), 30);
    assert_ne!(batches, take(&dataset, 10, 6, 0, 6));
}

#[test]
fn streams_with_different_purposes_are_independent_and_keep_their_keys() {
    let dataset = digits(&DataOptions::default());
    let first = |purpose: &str| {
        let mut stream = BatchStream::with_purpose(dataset.clone(), 100, 5, purpose, 3).unwrap();
        stream.next().unwrap()
    };
    assert_eq!(first(""), take(&dataset, 100, 5, 3, 1)[0]);
    assert_eq!(first("target"), first("target"));
    assert_ne!(first("target"), first(""));
    assert_ne!(first("target"), first("labelled"));

    // The order of epoch 0 has the key "target order".
    let order = permutation(&mut keyed_rng(5, "target order", 0), dataset.len());
    assert_eq!(first("target"), dataset.gather(&order[300..400]).unwrap());
}

#[test]
fn labels_match_their_images() {
    let folder = picture_folder();
    let dataset = open_folder(&folder, usize::MAX);
    for batch in take(&dataset, 7, 3, 0, 20) {
        let images = batch.images.chunks(dataset.shape().values());
        for (image, &class) in images.zip(batch.classes.as_ref().unwrap()) {
            assert_eq!(class == 1, image[0] > 115.0 / 127.5 - 1.0);
        }
    }
}

#[test]
fn about_half_of_the_images_are_flipped() {
    let plain = digits(&DataOptions::default());
    let flipped = digits(&DataOptions::new().flip(true));
    let (plain, flipped) = (take(&plain, 1000, 2, 0, 1), take(&flipped, 1000, 2, 0, 1));
    let mut mirrored = 0;
    for (a, b) in plain[0].images.chunks(64).zip(flipped[0].images.chunks(64)) {
        let flipped: Vec<f32> = a
            .chunks(8)
            .flat_map(|row| row.iter().rev().copied())
            .collect();
        if a != b {
            assert_eq!(flipped, b);
            mirrored += 1;
        }
    }
    assert!((430..570).contains(&mirrored), "{mirrored}");
}

#[test]
fn a_streamed_folder_gives_the_batches_of_one_in_memory() {
    let folder = picture_folder();
    let (held, streamed) = (open_folder(&folder, usize::MAX), open_folder(&folder, 100));
    assert!(!held.is_streamed() && streamed.is_streamed());
    assert_eq!(take(&held, 8, 1, 0, 20), take(&streamed, 8, 1, 0, 20));
    assert_eq!(take(&held, 8, 1, 7, 13), take(&streamed, 8, 1, 7, 13));
    let all: Vec<usize> = (0..30).collect();
    assert_eq!(held.gather(&all).unwrap(), streamed.gather(&all).unwrap());
}

#[test]
fn a_file_lost_during_a_run_is_replaced_deterministically() {
    let folder = picture_folder();
    let dataset = open_folder(&folder, 0);
    fs::remove_file(folder.path().join("dark/07.png")).unwrap();
    write(folder.path(), "light/20.png", "damaged");
    let first = take(&dataset, 10, 4, 0, 6);
    assert_eq!(first, take(&dataset, 10, 4, 0, 6));
    assert!(
        dataset
            .gather(&[7])
            .unwrap_err()
            .to_string()
            .contains("07.png")
    );
}

#[test]
fn a_lost_disk_ends_the_stream_with_an_error() {
    let folder = picture_folder();
    let dataset = open_folder(&folder, 0);
    for class in ["dark", "light"] {
        fs::remove_dir_all(folder.path().join(class)).unwrap();
    }
    let mut stream = BatchStream::new(dataset, 4, 0, 0).unwrap();
    let message = stream.next().unwrap_err().to_string();
    assert!(message.contains("30 images in a row"), "{message}");
    // The worker has ended; further calls must not block.
    for _ in 0..20 {
        assert!(stream.next().is_err());
    }
}

#[test]
fn a_batch_larger_than_the_dataset_is_refused() {
    for batch in [0, 1798] {
        let error = BatchStream::new(digits(&DataOptions::default()), batch, 0, 0).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(&format!("batch of {batch}")), "{message}");
        assert!(message.contains("1797"), "{message}");
    }
    let whole = take(&digits(&DataOptions::default()), 1797, 0, 0, 2);
    assert_ne!(whole[0], whole[1]);
}

#[test]
fn points_are_images_of_two_channels_and_keep_their_coordinates() {
    let dataset = Dataset::open(&DataSpec::Grid25, &labelled()).unwrap();
    assert_eq!(
        (dataset.len(), dataset.shape()),
        (100_000, ImageShape::POINT)
    );
    assert_eq!(dataset.classes().len(), 25);
    let mixture = DataSpec::Grid25.mixture().unwrap();
    let batch = take(&dataset, 500, 1, 0, 1).remove(0);
    for (point, &class) in batch.images.chunks(2).zip(batch.classes.as_ref().unwrap()) {
        let [x, y] = mixture.centers[class as usize];
        assert!((point[0] - x).hypot(point[1] - y) < 6.0 * mixture.sigma);
    }
}
