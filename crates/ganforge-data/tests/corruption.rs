//! Randomly damaged files: the rest of the folder still opens.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod pictures;

use ganforge_data::{DataOptions, DataSpec, Dataset, keyed_rng};
use image::{DynamicImage, ImageFormat};
use pictures::{encoded, gradient, write};
use rand_chacha::rand_core::Rng;

/// Overwrites some bytes, and cuts every third file short.
fn damaged(bytes: &[u8], rng: &mut impl Rng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let mut below = |bound: usize| rng.next_u32() as usize % bound;
    if below(3) == 0 {
        bytes.truncate(1 + below(bytes.len()));
    }
    for _ in 0..=below(8) {
        let place = below(bytes.len());
        bytes[place] = u8::try_from(below(256)).unwrap();
    }
    bytes
}

#[test]
fn a_damaged_file_does_not_affect_the_others() {
    const COPIES: u64 = 80;
    let folder = tempfile::tempdir().unwrap();
    let image = DynamicImage::from(gradient(40, 40));
    for (name, format, image) in [
        ("png", ImageFormat::Png, image.clone()),
        ("jpg", ImageFormat::Jpeg, image.clone()),
        ("webp", ImageFormat::WebP, image.clone()),
        ("bmp", ImageFormat::Bmp, image.clone()),
        ("gif", ImageFormat::Gif, image.into_rgba8().into()),
    ] {
        let whole = encoded(image, format);
        write(folder.path(), &format!("whole.{name}"), &whole);
        for copy in 0..COPIES {
            let bytes = damaged(&whole, &mut keyed_rng(copy, name, 0));
            write(folder.path(), &format!("{copy}.{name}"), bytes);
        }
    }
    let options = DataOptions::new().size([16, 16]);
    let dataset = Dataset::open(&DataSpec::Folder(folder.path().into()), &options).unwrap();
    assert!(dataset.len() >= 5);
    let damaged_files = 5 * usize::try_from(COPIES).unwrap();
    assert!(dataset.skipped().len() > damaged_files / 3);
    assert_eq!(dataset.len() + dataset.skipped().len(), damaged_files + 5);
}
