//! Files on disk.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod fixture;

use std::path::Path;

use fixture::{DIGIT, POINT, dcgan, mlp, sampler};
use ganforge_infer::{GridOptions, Images, InferError, Output, SampleOptions, pixel};
use ganforge_model::ImageShape;

fn digits(count: usize) -> Images {
    let options = SampleOptions {
        count,
        ..SampleOptions::default()
    };
    sampler(mlp(), DIGIT, &[]).sample(&options).unwrap()
}

fn points(count: usize) -> Images {
    let options = SampleOptions {
        count,
        ..SampleOptions::default()
    };
    sampler(mlp(), POINT, &[]).sample(&options).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn the_path_determines_the_format() {
    let folder = tempfile::tempdir().unwrap();
    let dotted = folder.path().join("run.2");
    std::fs::create_dir(&dotted).unwrap();
    assert_eq!(Output::at("x.png").unwrap(), Output::Grid("x.png".into()));
    assert_eq!(Output::at("x.PNG").unwrap(), Output::Grid("x.PNG".into()));
    assert_eq!(Output::at("x.npy").unwrap(), Output::Array("x.npy".into()));
    assert_eq!(Output::at("out").unwrap(), Output::Files("out".into()));
    assert_eq!(
        Output::at("out.d/").unwrap(),
        Output::Files("out.d/".into())
    );
    assert_eq!(Output::at(&dotted).unwrap(), Output::Files(dotted));
    let error = Output::at("x.jpg").unwrap_err().to_string();
    for part in ["x.jpg", ".png", ".npy", "folder"] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn a_grid_round_trips() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("samples/grid.png");
    let images = digits(10);
    images.write_grid(&path, &GridOptions::default()).unwrap();
    let read = image::open(&path).unwrap();
    assert_eq!(read, images.grid(&GridOptions::default()).unwrap());
    assert_eq!([read.height(), read.width()], [2 + 3 * 34, 2 + 4 * 34]);
    assert_eq!(names(path.parent().unwrap()), ["grid.png"]);
}

#[test]
fn a_folder_gets_one_file_per_image_at_its_own_size() {
    let folder = tempfile::tempdir().unwrap();
    let images = digits(3);
    let output = Output::at(folder.path()).unwrap();
    output.write(&images, &GridOptions::default()).unwrap();
    assert_eq!(
        names(folder.path()),
        ["000000.png", "000001.png", "000002.png"]
    );
    for (index, image) in images.iter().enumerate() {
        let read = image::open(folder.path().join(format!("{index:06}.png"))).unwrap();
        let expected: Vec<u8> = image.iter().copied().map(pixel).collect();
        assert_eq!(read.to_luma8().into_raw(), expected);
    }
}

#[test]
fn colour_images_are_written_in_colour() {
    let spec = ImageShape {
        channels: 3,
        height: 16,
        width: 32,
    };
    let images = sampler(dcgan(), spec, &[])
        .sample(&SampleOptions::default())
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    images.write_files(folder.path()).unwrap();
    let read = image::open(folder.path().join("000063.png")).unwrap();
    assert_eq!(read.color(), image::ColorType::Rgb8);
    assert_eq!([read.height(), read.width()], [16, 32]);
}

#[test]
fn an_array_holds_the_raw_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    let images = digits(3);
    images.write_npy(&path).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(bytes.len(), 128 + 3 * 64 * 4);
    let text = String::from_utf8_lossy(&bytes[10..128]);
    assert!(text.contains("'shape': (3, 1, 8, 8)"), "{text}");
    let (numbers, _) = bytes[128..].as_chunks::<4>();
    let read: Vec<f32> = numbers
        .iter()
        .map(|&four| f32::from_le_bytes(four))
        .collect();
    assert_eq!(read, images.data());
}

#[test]
fn points_are_written_as_a_plot_or_an_array_but_not_as_files() {
    let folder = tempfile::tempdir().unwrap();
    let images = points(100);
    let plot = folder.path().join("plot.png");
    images.write_grid(&plot, &GridOptions::default()).unwrap();
    let read = image::open(&plot).unwrap();
    assert_eq!([read.height(), read.width()], [512, 512]);
    images.write_npy(folder.path().join("points.npy")).unwrap();
    let error = images.write_files(folder.path()).unwrap_err();
    assert!(matches!(error, InferError::NoPicture { .. }), "{error}");
    assert_eq!(names(folder.path()), ["plot.png", "points.npy"]);
}

#[test]
fn a_grid_is_not_written_under_another_extension() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["x.jpg", "x.npy", "x"] {
        let path = folder.path().join(name);
        let error = digits(1)
            .write_grid(&path, &GridOptions::default())
            .unwrap_err();
        assert!(matches!(error, InferError::UnknownFormat { .. }), "{error}");
    }
    assert!(names(folder.path()).is_empty());
}

#[test]
fn images_that_are_no_whole_number_are_refused() {
    let error = Images::new(DIGIT, vec![0.0; 65]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "65 numbers do not divide into rows of 64"
    );
    let none = ImageShape {
        channels: 0,
        ..DIGIT
    };
    assert!(Images::new(none, vec![]).is_err());
}
