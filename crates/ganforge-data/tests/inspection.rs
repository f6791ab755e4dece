//! Inspection of folders, IDX files and points.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod pictures;

use ganforge_data::inspect::{ClassCount, Inspection, inspect};
use ganforge_data::{DataOptions, DataSpec};
use image::{GrayImage, ImageFormat, Luma, Rgba, RgbaImage};
use pictures::{encoded, gradient, plain, write};

/// A folder with one of each kind of unusual file.
fn unusual_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    write(
        path,
        "cat/a.png",
        encoded(gradient(64, 64), ImageFormat::Png),
    );
    write(
        path,
        "cat/b.png",
        encoded(gradient(64, 64), ImageFormat::Png),
    );
    write(
        path,
        "cat/c.bmp",
        encoded(gradient(64, 64), ImageFormat::Bmp),
    );
    write(
        path,
        "cat/wide.jpg",
        encoded(gradient(128, 64), ImageFormat::Jpeg),
    );
    write(path, "dog/black.png", plain(32, 32, [0, 0, 1]));
    let grey = GrayImage::from_fn(16, 64, |x, _| Luma([u8::try_from(x * 16).unwrap()]));
    write(path, "dog/tall-grey.png", encoded(grey, ImageFormat::Png));
    let clear = RgbaImage::from_fn(64, 64, |x, _| Rgba([0, 0, 0, u8::try_from(x * 4).unwrap()]));
    write(path, "dog/clear.png", encoded(clear, ImageFormat::Png));
    write(path, "dog/broken.png", "nothing");
    write(path, "notes.txt", "hello");
    folder
}

fn images(
    spec: &DataSpec,
    options: &DataOptions,
) -> (ganforge_data::inspect::ImageInspection, String) {
    let inspection = inspect(spec, options).unwrap();
    let report = inspection.to_string();
    match inspection {
        Inspection::Images(images) => (images, report),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_statistics_of_a_folder_are_reported() {
    let folder = unusual_folder();
    let options = DataOptions::new().size([32, 32]);
    let (found, report) = images(&DataSpec::Folder(folder.path().into()), &options);
    assert_eq!(found.images, 7);
    assert_eq!(found.formats["PNG"], 5);
    assert_eq!(found.colors["8-bit RGB"], 5);
    let sizes = found.sizes.unwrap();
    assert_eq!((sizes.smallest, sizes.largest), ([32, 32], [64, 128]));
    assert_eq!((sizes.median, sizes.distinct), ([64, 64], 4));
    assert_eq!(sizes.most_common[0].count, 4);
    let ratios = found.aspect_ratios.unwrap();
    assert!((ratios.smallest - 0.25).abs() < 1e-9 && (ratios.largest - 2.0).abs() < 1e-9);
    assert_eq!(
        found.classes,
        [("cat", 4), ("dog", 3)].map(|(name, count)| ClassCount {
            name: name.to_owned(),
            count
        })
    );
    assert!((found.imbalance.unwrap() - 4.0 / 3.0).abs() < 1e-9);
    assert_eq!(found.duplicates, [["cat/a.png", "cat/b.png", "cat/c.bmp"]]);
    assert_eq!(found.nearly_constant, ["dog/black.png"]);
    assert_eq!(found.unreadable.len(), 1);
    assert_eq!(found.ignored, ["notes.txt"]);

    let outcome = found.outcome;
    assert_eq!(outcome.shape.unwrap().to_string(), "3x32x32");
    assert_eq!(
        (outcome.unchanged, outcome.reduced, outcome.enlarged),
        (1, 5, 1)
    );
    assert_eq!((outcome.cropped, outcome.padded), (2, 0));
    assert_eq!(
        (
            outcome.made_rgb,
            outcome.made_grey,
            outcome.laid_on_background
        ),
        (1, 0, 1)
    );
    assert_eq!((outcome.bytes, outcome.streamed), (7 * 3 * 32 * 32, false));

    for part in [
        "cat/a.png = cat/b.png",
        "broken.png: ",
        "make every image 3x32x32",
        "2 are cropped",
    ] {
        assert!(report.contains(part), "{part} in\n{report}");
    }
}

#[test]
fn options_that_do_not_fit_the_data_are_part_of_the_report() {
    let folder = unusual_folder();
    let spec = DataSpec::Folder(folder.path().into());
    let (found, report) = images(&spec, &DataOptions::default());
    assert!(found.outcome.shape.is_none());
    assert!(found.outcome.problem.unwrap().contains("set data.size"));
    assert!(report.contains("a recipe cannot"), "{report}");

    write(folder.path(), "loose.png", plain(8, 8, [1, 2, 3]));
    let options = DataOptions::new().labels(true).size([32, 32]);
    let (found, _) = images(&spec, &options);
    assert_eq!(found.unclassed, 1);
    assert!(
        found
            .outcome
            .problem
            .unwrap()
            .contains("1 images lie in no class folder")
    );
}

#[test]
fn a_folder_of_unreadable_images_is_reported_and_an_empty_one_refused() {
    let folder = tempfile::tempdir().unwrap();
    let spec = DataSpec::Folder(folder.path().into());
    assert!(inspect(&spec, &DataOptions::default()).is_err());
    write(folder.path(), "a.png", "nothing");
    let (found, report) = images(&spec, &DataOptions::default());
    assert_eq!((found.images, found.unreadable.len()), (0, 1));
    assert!(report.contains("no image can be read"), "{report}");
}

#[test]
fn the_digits_have_no_defects() {
    let options = DataOptions::new().size([32, 32]);
    let (found, report) = images(&DataSpec::Digits, &options);
    assert_eq!((found.images, found.classes.len()), (1797, 10));
    assert_eq!(found.nearly_constant.len(), 0);
    assert_eq!((found.outcome.padded, found.outcome.enlarged), (1797, 0));
    assert!(report.contains("all 8x8"), "{report}");
}

#[test]
fn points_are_reported_by_range_and_mode() {
    let inspection = inspect(&DataSpec::Grid25, &DataOptions::default()).unwrap();
    let Inspection::Points(found) = &inspection else {
        panic!("{inspection:?}")
    };
    assert_eq!((found.points, found.classes.len()), (100_000, 25));
    assert!(found.x.smallest < -4.0 && found.x.largest > 4.0 && found.y.mean.abs() < 0.1);
    assert_eq!(found.classes[10].name, "10");
    assert!(inspection.to_string().contains("and 15 more"));
}

#[test]
fn an_inspection_serialises_to_one_json_object() {
    let folder = unusual_folder();
    let spec = DataSpec::Folder(folder.path().into());
    let inspection = inspect(&spec, &DataOptions::default()).unwrap();
    let json: serde_json::Value = serde_json::to_value(&inspection).unwrap();
    assert_eq!(json["kind"], "images");
    assert_eq!(json["classes"][0]["name"], "cat");
    assert_eq!(json["sizes"]["largest"], serde_json::json!([64, 128]));
}
