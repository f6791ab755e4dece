//! Images written batch by batch.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod fixture;

use std::fs;
use std::path::Path;

use fixture::{DIGIT, POINT, dcgan, mlp, sampler};
use ganforge_infer::{GridOptions, Images, InferError, Output, SampleOptions, Sampler};
use ganforge_model::ImageShape;

const RGB: ImageShape = ImageShape {
    channels: 3,
    height: 16,
    width: 32,
};

fn options(count: usize) -> SampleOptions {
    SampleOptions {
        count,
        batch: 8,
        ..SampleOptions::default()
    }
}

/// Samples and writes batch by batch.
fn stream(sampler: &Sampler, count: usize, path: &Path, grid: &GridOptions) {
    let options = options(count);
    let image = sampler.signature().image;
    let mut writer = Output::at(path).unwrap().open(count, image, grid).unwrap();
    for images in sampler.batches(&options).unwrap() {
        writer.add(&images.unwrap()).unwrap();
    }
    writer.finish().unwrap();
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let mut names: Vec<String> = entries.map(|e| name(e).into_string().unwrap()).collect();
    names.sort();
    names
}

/// The error of opening an output.
fn refusal(path: &Path, count: usize, image: ImageShape) -> String {
    let output = Output::at(path).unwrap();
    let opened = output.open(count, image, &GridOptions::default());
    opened.unwrap_err().to_string()
}

#[test]
fn streamed_output_equals_output_written_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for (sampler, count) in [
        (sampler(mlp(), DIGIT, &[]), 13),
        (sampler(dcgan(), RGB, &["a", "b"]), 20),
    ] {
        let images = sampler.sample(&options(count)).unwrap();
        for columns in [None, Some(5), Some(100)] {
            let grid = GridOptions {
                columns,
                ..GridOptions::default()
            };
            stream(&sampler, count, &at("grid.png"), &grid);
            let read = image::open(at("grid.png")).unwrap();
            assert_eq!(read, images.grid(&grid).unwrap());
        }
        let default = GridOptions::default();
        stream(&sampler, count, &at("x.npy"), &default);
        assert_eq!(fs::read(at("x.npy")).unwrap(), images.to_npy_bytes());
        stream(&sampler, count, &at("files/"), &default);
        let last = format!("{:06}.png", count - 1);
        assert_eq!(names(&at("files")).len(), count);
        let read = image::open(at("files").join(last)).unwrap();
        assert_eq!(read, images.picture(count - 1).unwrap().unwrap());
        fs::remove_dir_all(at("files")).unwrap();
    }
    let sampler = sampler(mlp(), POINT, &[]);
    let points = sampler.sample(&options(50)).unwrap();
    stream(&sampler, 50, &at("plot.png"), &GridOptions::default());
    let read = image::open(at("plot.png")).unwrap();
    assert_eq!(read, points.grid(&GridOptions::default()).unwrap());
    assert_eq!(names(folder.path()), ["grid.png", "plot.png", "x.npy"]);
}

#[test]
fn a_complete_file_gets_its_name_and_an_incomplete_one_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let images = sampler(mlp(), DIGIT, &[]).sample(&options(3)).unwrap();
    for name in ["x.npy", "x.png"] {
        let path = folder.path().join(name);
        fs::write(&path, b"earlier").unwrap();
        let output = Output::at(&path).unwrap();
        let mut writer = output.open(5, DIGIT, &GridOptions::default()).unwrap();
        writer.add(&images).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"earlier");
        let error = writer.finish().unwrap_err();
        assert!(matches!(error, InferError::NotAnnounced { .. }), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"earlier");
    }
    assert_eq!(names(folder.path()), ["x.npy", "x.png"]);
}

#[test]
fn images_that_were_not_announced_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let images = sampler(mlp(), DIGIT, &[]).sample(&options(3)).unwrap();
    let output = Output::at(folder.path().join("x.npy")).unwrap();
    let mut writer = output.open(5, DIGIT, &GridOptions::default()).unwrap();
    writer.add(&images).unwrap();
    let error = writer.add(&images).unwrap_err().to_string();
    assert!(
        error.contains("5 images of 1x8x8 were announced"),
        "{error}"
    );
    let larger = Images::new(RGB, vec![0.0; RGB.values()]).unwrap();
    let error = writer.add(&larger).unwrap_err().to_string();
    assert!(error.contains("3x16x32 came"), "{error}");
}

#[test]
fn unwritable_output_is_refused_before_the_first_image() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("file"), b"kept").unwrap();
    fs::create_dir(at("folder.png")).unwrap();
    let sheet = refusal(&at("x.png"), 400_000, DIGIT);
    assert!(sheet.contains("too large for one picture"), "{sheet}");
    let plot = refusal(&at("x.png"), 1 << 40, POINT);
    assert!(plot.contains(".npy"), "{plot}");
    let files = refusal(&at("x/"), 1 << 40, DIGIT);
    assert!(files.contains(".npy"), "{files}");
    for count in [usize::MAX, 1 << 58] {
        let array = refusal(&at("x.npy"), count, DIGIT);
        assert!(array.contains("for one file"), "{array}");
    }
    let points = refusal(&at("x/"), 3, POINT);
    assert!(points.contains("scatter plot"), "{points}");
    let five = ImageShape {
        channels: 5,
        ..DIGIT
    };
    let channels = refusal(&at("x.png"), 3, five);
    assert!(channels.contains("no grey or RGB image"), "{channels}");
    for (name, image) in [("file", DIGIT), ("file/x", DIGIT), ("file/x.npy", POINT)] {
        let taken = refusal(&at(name), 3, image);
        assert!(taken.contains("file"), "{taken}");
    }
    let pictures = refusal(&at("folder.png"), 3, POINT);
    assert!(pictures.contains("scatter plot"), "{pictures}");
    assert_eq!(fs::read(at("file")).unwrap(), b"kept");
    assert_eq!(names(folder.path()), ["file", "folder.png"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_place_that_takes_no_files_is_refused_before_an_image_is_given() {
    for name in ["/proc/x.npy", "/proc/x.png", "/proc/x/"] {
        let complaint = refusal(Path::new(name), 3, DIGIT);
        assert!(complaint.contains("/proc/x"), "{complaint}");
    }
}
