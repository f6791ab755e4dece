//! The embedded digits, IDX directories, the cache folder, and CSV points, opened as datasets.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(clippy::float_cmp, reason = "that the values are exact is the claim")]

mod pictures;

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use ganforge_data::{DataOptions, DataSpec, Dataset, Resize, Split};
use pictures::write;

fn labelled() -> DataOptions {
    DataOptions::new().labels(true)
}

fn open(spec: &DataSpec, options: &DataOptions) -> Result<Dataset, String> {
    Dataset::open(spec, options).map_err(|error| error.to_string())
}

fn read(dataset: &Dataset, index: usize) -> Vec<f32> {
    let mut out = vec![0.0; dataset.shape().values()];
    dataset.read(index, &mut out).unwrap();
    out
}

fn idx_images(count: u32, height: u32, width: u32, pixels: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, 3];
    for dimension in [count, height, width] {
        bytes.extend(dimension.to_be_bytes());
    }
    bytes.extend(pixels);
    bytes
}

fn idx_labels(labels: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, 1];
    bytes.extend(u32::try_from(labels.len()).unwrap().to_be_bytes());
    bytes.extend(labels);
    bytes
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// Three images of 2x2 as train-*, and reversed as t10k-*.
fn write_pair(folder: &Path) {
    let pixels: Vec<u8> = (0..12).map(|n| n * 20).collect();
    let reversed: Vec<u8> = pixels.iter().rev().copied().collect();
    write(
        folder,
        "train-images-idx3-ubyte",
        idx_images(3, 2, 2, &pixels),
    );
    write(folder, "train-labels-idx1-ubyte", idx_labels(&[2, 0, 1]));
    write(
        folder,
        "t10k-images-idx3-ubyte.gz",
        gzipped(&idx_images(3, 2, 2, &reversed)),
    );
    write(
        folder,
        "t10k-labels-idx1-ubyte.gz",
        gzipped(&idx_labels(&[1, 0, 2])),
    );
}

#[test]
fn the_digits_have_ten_classes() {
    let dataset = open(&DataSpec::Digits, &labelled()).unwrap();
    assert_eq!(dataset.to_string(), "1797 images of 1x8x8 in 10 classes");
    assert_eq!(dataset.classes()[9], "9");
    let first = read(&dataset, 0);
    assert_eq!(
        first[..8],
        [-1.0, -1.0, -0.375, 0.625, 0.125, -0.875, -1.0, -1.0]
    );
    assert_eq!(dataset.labels().unwrap()[..4], [0, 1, 2, 3]);
    let message = open(&DataSpec::Digits, &DataOptions::new().split(Split::Test));
    assert!(message.unwrap_err().contains("no test part"));
}

#[test]
fn digits_are_resized_and_converted() {
    let options = DataOptions::new().size([16, 12]).channels(3);
    let (native, padded) = (
        open(&DataSpec::Digits, &DataOptions::default()).unwrap(),
        open(&DataSpec::Digits, &options).unwrap(),
    );
    assert_eq!(padded.shape().to_string(), "3x16x12");
    let (native, padded) = (read(&native, 5), read(&padded, 5));
    for (row, line) in native.chunks(8).enumerate() {
        for plane in padded.chunks(16 * 12) {
            let start = (row + 4) * 12 + 2;
            for (a, b) in line.iter().zip(&plane[start..start + 8]) {
                // Seventeen levels become the nearest of 256.
                assert!((a - b).abs() <= 1.0 / 255.0);
            }
        }
    }
    assert_eq!(padded[0], -1.0);
    let stretched = DataOptions {
        resize: Resize::Stretch,
        ..options
    };
    assert_eq!(open(&DataSpec::Digits, &stretched).unwrap().len(), 1797);
}

#[test]
fn idx_directories_open_plain_and_gzipped() {
    let folder = tempfile::tempdir().unwrap();
    write_pair(folder.path());
    let spec = DataSpec::Idx(folder.path().into());
    let train = open(&spec, &labelled()).unwrap();
    assert_eq!(train.to_string(), "3 images of 1x2x2 in 3 classes");
    assert_eq!(train.labels().unwrap(), [2, 0, 1]);
    let test = open(
        &spec,
        &DataOptions {
            split: Split::Test,
            ..labelled()
        },
    )
    .unwrap();
    let reversed: Vec<f32> = read(&train, 2).into_iter().rev().collect();
    assert_eq!(read(&test, 0), reversed);
    assert_ne!(train.fingerprint(), test.fingerprint());
}

#[test]
fn damaged_idx_files_are_refused_in_one_line() {
    let spoil = |name: &str, bytes: &[u8]| {
        let folder = tempfile::tempdir().unwrap();
        write_pair(folder.path());
        write(folder.path(), name, bytes);
        let message = open(&DataSpec::Idx(folder.path().into()), &labelled()).unwrap_err();
        assert!(
            message.contains(name) && message.lines().count() == 1,
            "{message}"
        );
        message
    };
    let images = "train-images-idx3-ubyte";
    let truncated = spoil(images, &idx_images(3, 2, 2, &[0; 11]));
    assert!(truncated.contains("3 images of 2x2"), "{truncated}");
    assert!(
        truncated.contains("12 bytes, and 11 bytes follow"),
        "{truncated}"
    );
    let lying = spoil(images, &idx_images(u32::MAX, 65535, 65535, &[0; 12]));
    assert!(lying.contains("12 bytes follow"), "{lying}");
    let zipped = gzipped(&idx_images(300, 20, 20, &vec![77; 120_000]));
    let cut = spoil(images, &zipped[..zipped.len() / 2]);
    assert!(cut.contains("that is 120000 bytes"), "{cut}");
    let labels = spoil("train-labels-idx1-ubyte", &idx_labels(&[1, 2]));
    assert!(labels.contains("2 labels for the 3 images"), "{labels}");
}

#[test]
fn idx_images_without_labels_are_unlabelled() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "faces", idx_images(2, 1, 1, &[0, 255]));
    let spec = DataSpec::Idx(folder.path().into());
    let dataset = open(&spec, &DataOptions::default()).unwrap();
    assert_eq!(dataset.to_string(), "2 images of 1x1x1");
    assert!(open(&spec, &labelled()).unwrap_err().contains("no classes"));
}

#[test]
fn public_datasets_are_read_from_the_cache_or_the_error_says_how_to_fetch_them() {
    let cache = tempfile::tempdir().unwrap();
    let options = DataOptions {
        cache_dir: Some(cache.path().into()),
        ..labelled()
    };
    for (spec, name) in [
        (DataSpec::Mnist, "mnist"),
        (DataSpec::FashionMnist, "fashion-mnist"),
    ] {
        let message = open(&spec, &options).unwrap_err();
        let remedy = format!("`ganforge data fetch {name}`");
        assert!(
            message.contains(&remedy) && message.contains("idx:DIR"),
            "{message}"
        );
    }
    write_pair(&cache.path().join("mnist"));
    write_pair(&cache.path().join("fashion-mnist"));
    assert_eq!(
        open(&DataSpec::Mnist, &options).unwrap().classes(),
        ["0", "1", "2"]
    );
    let fashion = open(&DataSpec::FashionMnist, &options).unwrap();
    assert_eq!(
        (fashion.classes().len(), fashion.classes()[9].as_str()),
        (10, "Ankle boot")
    );
}

#[test]
fn points_refuse_options_of_images() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "moons.csv", "x,y,moon\n0.5,-2,0\n1e1,3,1\n");
    let spec = DataSpec::Points(folder.path().join("moons.csv"));
    let dataset = open(&spec, &labelled()).unwrap();
    assert_eq!(dataset.to_string(), "2 points in 2 classes");
    assert_eq!(read(&dataset, 1), [10.0, 3.0]);
    let options = DataOptions::new().size([32, 32]);
    for spec in [spec, DataSpec::Ring8] {
        let message = open(&spec, &options).unwrap_err();
        assert!(message.contains("`size` is [32, 32]"), "{message}");
    }
    let missing = open(&DataSpec::Points("/no/such.csv".into()), &labelled()).unwrap_err();
    assert!(missing.contains("/no/such.csv"), "{missing}");
}

#[test]
fn a_mixture_has_fixed_points_and_another_test_split() {
    let open = |split| {
        let options = DataOptions::new().split(split);
        Dataset::open(&DataSpec::Ring8, &options).unwrap()
    };
    let (train, again, test) = (open(Split::Train), open(Split::Train), open(Split::Test));
    assert_eq!(train.fingerprint(), again.fingerprint());
    assert_ne!(train.fingerprint(), test.fingerprint());
}

#[test]
fn mnist_opens_if_it_is_available() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/mnist");
    if !folder.is_dir() {
        return;
    }
    let options = DataOptions {
        size: Some([32, 32]),
        ..labelled()
    };
    let dataset = open(&DataSpec::Idx(folder), &options).unwrap();
    assert_eq!(dataset.to_string(), "60000 images of 1x32x32 in 10 classes");
    assert_eq!(dataset.labels().unwrap()[..5], [5, 0, 4, 1, 9]);
}
