//! Stacked digits, and slices of a source.
#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "tests fail by panicking, and pixels are exact"
)]

use ganforge_data::inspect::{Inspection, inspect};
use ganforge_data::{DataOptions, DataSpec, Dataset, Split};

fn open(spec: &str, options: &DataOptions) -> Result<Dataset, String> {
    Dataset::open(&spec.parse().unwrap(), options).map_err(|error| error.to_string())
}

fn labelled() -> DataOptions {
    DataOptions::new().labels(true)
}

fn read(dataset: &Dataset, index: usize) -> (Vec<f32>, Option<u32>) {
    let mut out = vec![0.0; dataset.shape().values()];
    let class = dataset.read(index, &mut out).unwrap();
    (out, class)
}

#[test]
fn the_label_of_a_stacked_image_combines_those_of_its_digits() {
    let stacked = open("stacked:digits", &labelled()).unwrap();
    assert_eq!(
        stacked.to_string(),
        "128000 images of 3x8x8 in 1000 classes"
    );
    assert_eq!(stacked.classes()[7], "007");
    let digits = open("digits", &labelled()).unwrap();
    let of_pixels: Vec<_> = (0..digits.len())
        .map(|index| read(&digits, index))
        .collect();
    for index in [0, 1, 127_999] {
        let (image, class) = read(&stacked, index);
        let planes = image.chunks_exact(64).map(|plane| {
            let same = of_pixels.iter().find(|(pixels, _)| pixels == plane);
            same.unwrap().1.unwrap()
        });
        assert_eq!(
            planes.fold(0, |sum, digit| 10 * sum + digit),
            class.unwrap()
        );
    }
}

#[test]
fn modes_are_equally_likely() {
    let stacked = open("stacked:digits", &labelled()).unwrap();
    let mut counts = vec![0; 1000];
    for &label in stacked.labels().unwrap() {
        counts[label as usize] += 1;
    }
    // 128 expected of each; the digits are slightly unbalanced, and six standard deviations of the draw are 68.
    assert!(
        counts.iter().all(|count| (55..205).contains(count)),
        "{:?} to {:?}",
        counts.iter().min(),
        counts.iter().max()
    );
}

#[test]
fn an_image_depends_on_its_index_alone() {
    let part = |skip, take| {
        let options = DataOptions {
            skip,
            take: Some(take),
            ..labelled()
        };
        open("stacked:digits", &options).unwrap()
    };
    let (front, behind, far) = (part(0, 10), part(4, 6), part(500_000, 3));
    assert_eq!((front.len(), behind.len(), far.len()), (10, 6, 3));
    for index in 0..6 {
        assert_eq!(read(&front, index + 4), read(&behind, index));
    }
    assert_ne!(front.fingerprint(), behind.fingerprint());
    assert_eq!(front.fingerprint(), part(0, 10).fingerprint());
    assert_ne!(read(&front, 0), read(&far, 0));
}

#[test]
fn digits_are_resized_before_they_are_stacked() {
    let options = DataOptions::new().size([10, 12]).take(2);
    let padded = open("stacked:digits", &options).unwrap();
    assert_eq!(padded.to_string(), "2 images of 3x10x12");
    assert_eq!(read(&padded, 1).0[..12], [-1.0; 12]);
    let grey = DataOptions {
        channels: Some(1),
        ..options
    };
    let refused = open("stacked:digits", &grey).unwrap_err();
    assert!(refused.contains("stacked digits are RGB"), "{refused}");
    let test = DataOptions::new().split(Split::Test);
    assert!(
        open("stacked:digits", &test)
            .unwrap_err()
            .contains("digits has no test part")
    );
}

#[test]
fn stacked_digits_are_inspected() {
    let options = DataOptions {
        take: Some(300),
        size: Some([16, 16]),
        ..labelled()
    };
    let spec: DataSpec = "stacked:digits".parse().unwrap();
    let Inspection::Images(found) = inspect(&spec, &options).unwrap() else {
        panic!("images");
    };
    assert_eq!(
        (found.source.as_str(), found.images),
        ("stacked:digits", 300)
    );
    assert_eq!(found.sizes.unwrap().largest, [8, 8]);
    assert!(found.classes.len() > 200 && found.nearly_constant.is_empty());
    assert_eq!(found.outcome.shape.unwrap().to_string(), "3x16x16");
    assert_eq!(
        (found.outcome.padded, found.outcome.bytes),
        (300, 1797 * 256)
    );
}

#[test]
fn skip_and_take_select_a_slice() {
    let part = |skip, take| {
        let options = DataOptions {
            skip,
            take,
            ..labelled()
        };
        open("digits", &options)
    };
    let whole = part(0, None).unwrap();
    assert_eq!(
        part(0, Some(1797)).unwrap().fingerprint(),
        whole.fingerprint()
    );
    let middle = part(1000, Some(7)).unwrap();
    assert_eq!(middle.len(), 7);
    assert_eq!(
        middle.labels().unwrap(),
        &whole.labels().unwrap()[1000..1007]
    );
    assert_eq!(read(&middle, 6), read(&whole, 1006));
    assert_eq!(part(1790, None).unwrap().len(), 7);
    assert_ne!(middle.fingerprint(), whole.fingerprint());
    for (skip, take, message) in [
        (1797, None, "`skip` is 1797; allowed: below 1797"),
        (0, Some(0), "`take` is 0"),
        (1000, Some(798), "`take` is 798; allowed: 1 to 797"),
        (0, Some(usize::MAX), "`take` is"),
    ] {
        let refused = part(skip, take).unwrap_err();
        assert!(refused.contains(message), "{refused}");
    }
    let ring = DataOptions::new().skip(99_990);
    assert_eq!(open("ring8", &ring).unwrap().len(), 10);
}

#[test]
fn the_mean_image_is_the_mean() {
    let options = DataOptions::new().take(3);
    let digits = open("digits", &options).unwrap();
    let mean = digits.mean_image().unwrap();
    for (place, mean) in mean.into_iter().enumerate() {
        let sum: f32 = (0..3).map(|index| read(&digits, index).0[place]).sum();
        assert!((mean - sum / 3.0).abs() < 1e-6);
    }
}
