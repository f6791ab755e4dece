//! Folders of real image files, including damaged and unusual ones.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(clippy::float_cmp, reason = "that the values are exact is the claim")]

mod pictures;

use std::path::Path;

use ganforge_data::{DataOptions, DataSpec, Dataset, ImageShape};
use image::{
    DynamicImage, GrayAlphaImage, GrayImage, ImageBuffer, ImageFormat, Luma, LumaA, Rgba, RgbaImage,
};
use pictures::{encoded, gradient, palette_png, plain, sideways_jpeg, write};

fn open(folder: &Path, options: &DataOptions) -> Result<Dataset, String> {
    Dataset::open(&DataSpec::Folder(folder.into()), options).map_err(|error| error.to_string())
}

fn sized(height: usize, width: usize) -> DataOptions {
    DataOptions::new().size([height, width])
}

/// The pixels of one image as bytes.
fn pixels(dataset: &Dataset, index: usize) -> Vec<f32> {
    let mut out = vec![0.0; dataset.shape().values()];
    dataset.read(index, &mut out).unwrap();
    out.iter().map(|x| ((x + 1.0) * 127.5).round()).collect()
}

#[test]
fn every_pixel_format_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let (png, path) = (ImageFormat::Png, folder.path());
    write(
        path,
        "a-grey.png",
        encoded(GrayImage::from_pixel(2, 2, Luma([40])), png),
    );
    write(
        path,
        "b-grey-alpha.png",
        encoded(GrayAlphaImage::from_pixel(2, 2, LumaA([40, 0])), png),
    );
    write(path, "c-rgb.png", plain(2, 2, [10, 20, 30]));
    write(
        path,
        "d-rgba.png",
        encoded(RgbaImage::from_pixel(2, 2, Rgba([10, 20, 30, 51])), png),
    );
    write(path, "e-palette.png", palette_png(2, 2, &[0, 1, 2, 3]));
    let deep: ImageBuffer<Luma<u16>, Vec<u16>> = ImageBuffer::from_pixel(2, 2, Luma([40 * 257]));
    write(path, "f-grey16.png", encoded(deep, png));
    let deep: ImageBuffer<Rgba<u16>, Vec<u16>> =
        ImageBuffer::from_pixel(2, 2, Rgba([10 * 257, 20 * 257, 30 * 257, u16::MAX]));
    write(path, "g-rgba16.png", encoded(deep, png));

    let dataset = open(path, &DataOptions::default()).unwrap();
    assert_eq!(dataset.shape().to_string(), "3x2x2");
    assert_eq!(dataset.skipped(), []);
    let plane = |red, green, blue| [[red; 4], [green; 4], [blue; 4]].concat();
    assert_eq!(pixels(&dataset, 0), plane(40.0, 40.0, 40.0));
    assert_eq!(pixels(&dataset, 1), plane(255.0, 255.0, 255.0));
    assert_eq!(pixels(&dataset, 2), plane(10.0, 20.0, 30.0));
    assert_eq!(pixels(&dataset, 3), plane(206.0, 208.0, 210.0));
    assert_eq!(
        pixels(&dataset, 4),
        [
            255.0, 0.0, 255.0, 9.0, 0.0, 255.0, 255.0, 9.0, 0.0, 0.0, 255.0, 9.0
        ]
    );
    assert_eq!(pixels(&dataset, 5), plane(40.0, 40.0, 40.0));
    assert_eq!(pixels(&dataset, 6), plane(10.0, 20.0, 30.0));
}

#[test]
fn every_file_format_is_detected_by_content() {
    let folder = tempfile::tempdir().unwrap();
    let image = gradient(32, 32);
    for (name, format) in [
        ("a.bmp", ImageFormat::Bmp),
        ("b.gif", ImageFormat::Gif),
        ("c.jpg", ImageFormat::Jpeg),
        ("d.png", ImageFormat::Png),
        ("e.webp", ImageFormat::WebP),
        // Wrong and missing extensions are common.
        ("f-really-jpeg.png", ImageFormat::Jpeg),
        ("g-really-bmp.jpeg", ImageFormat::Bmp),
        ("h-no-extension", ImageFormat::WebP),
    ] {
        let image = DynamicImage::from(image.clone());
        let image = if format == ImageFormat::Gif {
            image.into_rgba8().into()
        } else {
            image
        };
        write(folder.path(), name, encoded(image, format));
    }
    let dataset = open(folder.path(), &DataOptions::default()).unwrap();
    assert_eq!((dataset.len(), dataset.skipped().len()), (8, 0));
    let exact = pixels(&dataset, 3);
    for index in 0..8 {
        let allowed = match index {
            // A GIF has 256 colours for these 1,024, and JPEG rounds frequencies.
            1 => 40.0,
            2 | 5 => 12.0,
            _ => 0.0,
        };
        let worst = pixels(&dataset, index)
            .iter()
            .zip(&exact)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        assert!(worst <= allowed, "image {index} is off by {worst}");
    }
}

#[test]
fn a_folder_is_grey_if_every_file_is_unless_channels_are_given() {
    let folder = tempfile::tempdir().unwrap();
    let grey = GrayImage::from_pixel(4, 4, Luma([90]));
    write(
        folder.path(),
        "a.png",
        encoded(grey.clone(), ImageFormat::Png),
    );
    write(folder.path(), "b.jpg", encoded(grey, ImageFormat::Jpeg));
    let channels = |channels| {
        let options = DataOptions {
            channels,
            ..DataOptions::default()
        };
        open(folder.path(), &options).map(|dataset| dataset.shape().channels)
    };
    assert_eq!(channels(None).unwrap(), 1);
    assert_eq!(channels(Some(3)).unwrap(), 3);
    assert!(
        channels(Some(4))
            .unwrap_err()
            .contains("allowed: 1 (grey) or 3 (RGB)")
    );
    write(folder.path(), "c.png", plain(4, 4, [1, 2, 3]));
    assert_eq!(channels(None).unwrap(), 3);
    assert_eq!(channels(Some(1)).unwrap(), 1);
}

#[test]
fn damaged_images_are_skipped_and_reported_and_other_files_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let (png, jpeg) = (
        encoded(gradient(64, 64), ImageFormat::Png),
        encoded(gradient(64, 64), ImageFormat::Jpeg),
    );
    write(path, "good.png", &png);
    write(path, "cut.png", &png[..png.len() / 2]);
    write(path, "cut.jpg", &jpeg[..jpeg.len() * 2 / 3]);
    write(
        path,
        "noise.jpg",
        [0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 4, 5, 6, 7, 8],
    );
    write(path, "empty.png", "");
    write(path, "page.png", "<html>not found</html>");
    write(path, "scan.tiff", b"II*\0\x08\0\0\0");
    for name in [
        "notes.txt",
        ".DS_Store",
        "Thumbs.db",
        ".hidden/x.png",
        "BMW.txt",
    ] {
        write(path, name, "BMW or whatever else this may be");
    }
    let dataset = open(path, &DataOptions::default()).unwrap();
    assert_eq!(dataset.len(), 1);
    let skipped: Vec<String> = dataset.skipped().iter().map(ToString::to_string).collect();
    assert_eq!(skipped.len(), 6, "{skipped:#?}");
    for name in [
        "cut.png",
        "cut.jpg",
        "noise.jpg",
        "empty.png",
        "page.png",
        "scan.tiff",
    ] {
        assert!(
            skipped.iter().any(|line| line.contains(name)),
            "{name} in {skipped:#?}"
        );
    }
    assert!(skipped.iter().any(|line| line.contains("cut short")));
}

#[test]
fn the_end_marker_of_a_preview_does_not_complete_a_jpeg() {
    let folder = tempfile::tempdir().unwrap();
    let jpeg = sideways_jpeg(gradient(64, 32));
    // A segment that ends with an end marker, like a preview, before truncated pixels.
    let mut cut = jpeg[..2].to_vec();
    cut.extend([0xff, 0xe2, 0, 4, 0xff, 0xd9]);
    cut.extend(&jpeg[2..jpeg.len() - 40]);
    write(folder.path(), "a.jpg", &jpeg);
    write(folder.path(), "cut.jpg", cut);
    let dataset = open(folder.path(), &DataOptions::default()).unwrap();
    assert_eq!((dataset.len(), dataset.skipped().len()), (1, 1));
}

#[test]
fn the_exif_orientation_is_applied() {
    let folder = tempfile::tempdir().unwrap();
    // Red grows from left to right; turned a quarter clockwise it grows from top to bottom.
    write(folder.path(), "a.jpg", sideways_jpeg(gradient(64, 32)));
    let dataset = open(folder.path(), &DataOptions::default()).unwrap();
    assert_eq!(dataset.shape().to_string(), "3x64x32");
    let red = pixels(&dataset, 0);
    assert!(red[16] < 20.0 && red[63 * 32 + 16] > 230.0);
}

#[test]
fn subfolders_are_classes_sorted_by_name() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["owl/a.png", "cat/b.png", "cat/deep/down/a.png", "dog/a.png"] {
        write(folder.path(), name, plain(4, 4, [1, 2, 3]));
    }
    write(folder.path(), "empty-class/broken.png", "nothing");
    write(folder.path(), "LICENSE", "free");
    let labelled = DataOptions::new().labels(true);
    let dataset = open(folder.path(), &labelled).unwrap();
    assert_eq!(dataset.classes(), ["cat", "dog", "owl"]);
    assert_eq!(dataset.labels().unwrap(), [0, 0, 1, 2]);
    let unlabelled = open(folder.path(), &DataOptions::default()).unwrap();
    assert_eq!((unlabelled.len(), unlabelled.classes().len()), (4, 0));
    assert_ne!(dataset.fingerprint(), unlabelled.fingerprint());

    write(folder.path(), "loose.png", plain(4, 4, [1, 2, 3]));
    let message = open(folder.path(), &labelled).unwrap_err();
    assert!(
        message.contains("1 images beside") && message.contains("loose.png"),
        "{message}"
    );
    assert_eq!(
        open(folder.path(), &DataOptions::default()).unwrap().len(),
        5
    );
}

#[test]
fn labels_requested_of_a_flat_folder_are_an_error() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.png", plain(4, 4, [1, 2, 3]));
    let labelled = DataOptions::new().labels(true);
    let message = open(folder.path(), &labelled).unwrap_err();
    assert!(message.contains("has no classes"), "{message}");
}

#[test]
fn folders_that_are_not_datasets_are_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let message = |options: &DataOptions| {
        let message = open(path, options).unwrap_err();
        assert_eq!(message.lines().count(), 1);
        message
    };
    assert!(message(&sized(8, 8)).contains("holds no images (0 other files)"));
    write(path, "readme.txt", "none yet");
    assert!(message(&sized(8, 8)).contains("holds no images (1 other files)"));
    write(path, "a.png", "not a png");
    assert!(message(&sized(8, 8)).contains("none of the 1 images"));
    write(path, "a.png", plain(8, 8, [1, 2, 3]));
    write(path, "b.png", plain(9, 8, [1, 2, 3]));
    let differ = message(&DataOptions::default());
    assert!(differ.contains("8x8 a.png, 8x9 b.png"), "{differ}");
    assert!(differ.contains("set data.size"), "{differ}");
    assert!(message(&sized(0, 8)).contains("from 1 to 8192"));

    let missing = open(&path.join("nowhere"), &sized(8, 8)).unwrap_err();
    assert!(missing.contains("nowhere"), "{missing}");
    let file = open(&path.join("a.png"), &sized(8, 8)).unwrap_err();
    assert!(file.contains("is not a folder"), "{file}");
}

#[test]
fn images_of_any_size_are_brought_to_a_rectangle() {
    let folder = tempfile::tempdir().unwrap();
    for (name, width, height) in [("a.png", 100, 10), ("b.png", 3, 50), ("c.png", 64, 32)] {
        write(
            folder.path(),
            name,
            encoded(gradient(width, height), ImageFormat::Png),
        );
    }
    let dataset = open(folder.path(), &sized(32, 64)).unwrap();
    assert_eq!(
        dataset.shape(),
        ImageShape {
            channels: 3,
            height: 32,
            width: 64
        }
    );
    assert_eq!(dataset.len(), 3);
}

#[test]
fn the_fingerprint_depends_on_the_pixels_and_not_on_the_path() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for folder in [&first, &second] {
        write(folder.path(), "a.png", plain(4, 4, [1, 2, 3]));
        write(folder.path(), "b.png", plain(4, 4, [4, 5, 6]));
    }
    let fingerprint = |folder: &tempfile::TempDir, limit| {
        let options = DataOptions::new().memory_limit(limit);
        open(folder.path(), &options)
            .unwrap()
            .fingerprint()
            .to_owned()
    };
    assert_eq!(fingerprint(&first, 1 << 20).len(), 16);
    for limit in [1 << 20, 0] {
        assert_eq!(fingerprint(&first, limit), fingerprint(&second, limit));
    }
    write(second.path(), "b.png", plain(4, 4, [4, 5, 7]));
    for limit in [1 << 20, 0] {
        assert_ne!(fingerprint(&first, limit), fingerprint(&second, limit));
    }
}

#[test]
fn a_streamed_file_that_has_become_too_large_is_not_decoded() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.png", plain(4, 4, [1, 2, 3]));
    write(folder.path(), "b.png", plain(4, 4, [1, 2, 3]));
    let options = DataOptions {
        max_pixels: 16,
        memory_limit: 0,
        ..DataOptions::default()
    };
    let dataset = open(folder.path(), &options).unwrap();
    assert!(dataset.is_streamed() && dataset.skipped().is_empty());
    write(folder.path(), "b.png", plain(4, 5, [1, 2, 3]));
    let mut out = vec![0.0; dataset.shape().values()];
    assert!(dataset.read(0, &mut out).is_ok());
    let message = dataset.read(1, &mut out).unwrap_err().to_string();
    for part in ["b.png", "5 pixels high and 4 wide", "data.max_pixels = 16"] {
        assert!(message.contains(part), "{message}");
    }
}

#[cfg(unix)]
#[test]
fn a_cycle_of_links_ends() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "cats/a.png", plain(4, 4, [1, 2, 3]));
    std::os::unix::fs::symlink(folder.path(), folder.path().join("cats/again")).unwrap();
    assert_eq!(
        open(folder.path(), &DataOptions::default()).unwrap().len(),
        1
    );
}
