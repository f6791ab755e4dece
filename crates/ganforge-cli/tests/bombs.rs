//! Small files that claim, or unpack to, far more than a machine has are refused or left out, at the cost of little memory.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use std::fs::File;
use std::io::Write;
use std::process::Command;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use image::{ImageFormat, RgbImage};
use serde_json::Value;
use support::{Ended, Home};

/// Runs a command that may have 1 GiB of memory and of addresses.
fn within_limits(home: &Home, line: &str) -> Ended {
    let limited = home.command(line);
    let mut command = Command::new("bash");
    command
        .args(["-c", "ulimit -c 0; ulimit -v 1048576; exec \"$@\"", "bash"])
        .arg(limited.get_program())
        .args(limited.get_args())
        .current_dir(home.path(""));
    Ended::of(command)
}

/// Fails unless a command is refused in one line that has all these parts.
fn refuses(home: &Home, line: &str, parts: &[&str]) {
    let complaint = within_limits(home, line).refusal(1, line);
    for part in parts {
        assert!(complaint.contains(part), "`{part}` in {complaint}");
    }
}

/// A short run on small grey squares that leaves the others in `photos` out.
const TRAIN: &str = "train digits --data folder:photos --set data.size=[8,8] --set data.resize=crop \
                     --set data.channels=1 --set run.batch=4 --set run.samples=4 --images 16 --dashboard none";

/// Fails unless `data inspect` and a run leave these files of `photos` out, each named with this reason.
fn leaves_out(home: &Home, names: &[&str], reason: &str) {
    let ended = within_limits(home, "data inspect folder:photos --json");
    assert_eq!(ended.status, Some(0), "{ended:?}");
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let unreadable = report["unreadable"].as_array().unwrap();
    assert_eq!(unreadable.len(), names.len(), "{unreadable:?}");
    let trained = within_limits(home, &format!("{TRAIN} --out run"));
    assert_eq!(trained.status, Some(0), "{trained:?}");
    assert_eq!(trained.stderr.lines().count(), names.len(), "{trained:?}");
    for name in names {
        let told = |file: &&Value| {
            let text = |key: &str| file[key].as_str().unwrap().to_owned();
            text("path").ends_with(name) && text("reason").contains(reason)
        };
        assert!(unreadable.iter().any(|file| told(&file)), "{unreadable:?}");
        let warned = |line: &str| line.contains(name) && line.contains(reason);
        assert!(trained.stderr.lines().any(warned), "{name}: {trained:?}");
    }
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let image = RgbImage::from_pixel(10, 10, image::Rgb([200, 10, 90]));
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A chunk of a PNG.
fn png_chunk(kind: &str, data: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(kind.as_bytes());
    crc.update(data);
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&length, kind.as_bytes(), data, &crc.sum().to_be_bytes()].concat()
}

/// Where a PNG's header chunk ends, behind the signature.
const PNG_HEADER: usize = 8 + 25;

#[test]
fn images_that_claim_to_be_huge_are_left_out_and_named() {
    let home = Home::new();
    home.squares("photos", 6, 12);
    let mut gif = encoded(ImageFormat::Gif);
    gif[6..10].fill(0xff);
    home.write("photos/bomb.gif", gif);
    let mut jpeg = encoded(ImageFormat::Jpeg);
    let frame = jpeg
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap();
    jpeg[frame + 5..frame + 9].fill(0xff);
    home.write("photos/bomb.jpg", jpeg);
    let mut bmp = encoded(ImageFormat::Bmp);
    for side in [18, 22] {
        bmp[side..side + 4].copy_from_slice(&60_000u32.to_le_bytes());
    }
    home.write("photos/bomb.bmp", bmp);
    let mut webp = encoded(ImageFormat::WebP);
    assert_eq!(&webp[12..16], b"VP8L");
    // Two sides of fourteen bits.
    webp[21..25].copy_from_slice(&0x0fff_bffeu32.to_le_bytes());
    home.write("photos/bomb.webp", webp);
    let png = encoded(ImageFormat::Png);
    let side = 50_000u32.to_be_bytes();
    let header = png_chunk("IHDR", &[&side, &side, &png[24..29]].concat());
    home.write(
        "photos/bomb.png",
        [&png[..8], &header, &png[PNG_HEADER..]].concat(),
    );

    let names = ["bomb.gif", "bomb.jpg", "bomb.bmp", "bomb.webp", "bomb.png"];
    leaves_out(&home, &names, "data.max_pixels = 67108864");
}

#[test]
fn a_file_of_gigabytes_is_not_read() {
    let home = Home::new();
    home.squares("photos", 6, 12);
    home.write("photos/film.jpg", encoded(ImageFormat::Jpeg));
    let film = File::options()
        .append(true)
        .open(home.path("photos/film.jpg"));
    film.unwrap().set_len(20_000_000_000).unwrap();
    leaves_out(&home, &["film.jpg"], "20000000000 bytes long");
}

#[test]
fn colour_profiles_that_unpack_to_gigabytes_are_given_up() {
    let home = Home::new();
    home.squares("photos", 6, 12);
    let png = encoded(ImageFormat::Png);
    let mut profile = ZlibEncoder::new(b"profile\0\0".to_vec(), Compression::fast());
    let megabyte = vec![0; 1 << 20];
    for _ in 0..500 {
        profile.write_all(&megabyte).unwrap();
    }
    let profile = png_chunk("iCCP", &profile.finish().unwrap());
    let (head, rest) = png.split_at(PNG_HEADER);
    for name in ["one", "two", "three"] {
        home.write(
            &format!("photos/{name}.png"),
            [head, &profile, rest].concat(),
        );
    }
    // Without them the images are as good.
    leaves_out(&home, &[], "");
    let report = home.does("data inspect folder:photos");
    assert!(report.contains("images          9\n"), "{report}");
}

#[test]
fn metadata_as_long_as_no_file_are_not_waited_for() {
    let home = Home::new();
    home.squares("photos", 5, 10);
    let webp = encoded(ImageFormat::WebP);
    // With metadata, ten pixels wide and ten high.
    let extended = b"VP8X\x0a\0\0\0\x08\0\0\0\x09\0\0\x09\0\0";
    let metadata = [b"EXIF", &(3u32 << 30).to_le_bytes()[..], b"MM\0*"].concat();
    let mut bytes = [&webp[..12], extended, &webp[12..], &metadata].concat();
    let length = u32::try_from(bytes.len() - 8).unwrap().to_le_bytes();
    bytes[4..8].copy_from_slice(&length);
    home.write("photos/cut.webp", bytes);
    leaves_out(&home, &[], "");
    let report = home.does("data inspect folder:photos");
    assert!(report.contains("WebP 1"), "{report}");
}

#[test]
fn the_largest_image_is_a_key_of_the_recipe() {
    let home = Home::new();
    home.squares("photos", 6, 8);
    home.save("photos/large.png", RgbImage::new(16, 16));
    let line = format!("{TRAIN} --set data.max_pixels=255 --out small");
    let ended = home.run(&line);
    assert_eq!(ended.status, Some(0), "{ended:?}");
    for part in [
        "large.png",
        "16 pixels high and 16 wide",
        "data.max_pixels = 255",
    ] {
        assert!(ended.stderr.contains(part), "{ended:?}");
    }
    assert!(
        home.text("small/recipe.toml")
            .contains("max_pixels = 255\n")
    );
    home.does(&format!("{TRAIN} --set data.max_pixels=256 --out large"));
    // A recipe that does not say it is written as before.
    home.does(&format!("{TRAIN} --out usual"));
    for key in ["max_pixels", "memory_limit"] {
        assert!(!home.text("usual/recipe.toml").contains(key));
    }
    let inspect = "data inspect folder:photos --recipe folder-dcgan";
    let report = home.does(&format!("{inspect} --set data.max_pixels=255"));
    assert!(
        report.contains("255 pixels a file (data.max_pixels)"),
        "{report}"
    );
    assert!(report.contains("large.png: it is 16"), "{report}");
    assert!(home.does(inspect).contains("67108864 pixels a file"));
    refuses(
        &home,
        &format!("{TRAIN} --set data.max_pixels=0 --out none"),
        &["max_pixels", "1 to 4294967296"],
    );
    // One over the limit of memory is decoded when it is needed, and nothing else changes.
    let streamed = home.does(&format!("{inspect} --set data.memory_limit=1000"));
    assert!(streamed.contains("exceed data.memory_limit"), "{streamed}");
}

/// A gzip file of a few megabytes that unpacks to `head` and `gigabytes` of zeros.
fn zeros(head: &[u8], gigabytes: usize) -> Vec<u8> {
    let packed = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let gigabyte = packed(&vec![0; 1 << 24]).repeat(64);
    [packed(head), gigabyte.repeat(gigabytes)].concat()
}

fn idx(kind: u8, sizes: &[u32]) -> Vec<u8> {
    let sizes = sizes.iter().flat_map(|size| size.to_be_bytes());
    [0, 0, 8, kind].into_iter().chain(sizes).collect()
}

#[test]
fn idx_files_that_unpack_to_gigabytes_are_refused() {
    let home = Home::new();
    home.write("many/train.gz", zeros(&idx(3, &[u32::MAX, 28, 28]), 4));
    home.write("large/train.gz", zeros(&idx(3, &[1 << 20, 64, 64]), 4));
    home.write("long/train.gz", zeros(&idx(3, &[10, 28, 28]), 4));
    home.write(
        "labels/train",
        [&idx(3, &[10, 1, 1])[..], &[0; 10]].concat(),
    );
    home.write("labels/train-labels.gz", zeros(&idx(1, &[u32::MAX]), 4));
    for command in ["train digits --out run --data", "data inspect"] {
        for (folder, parts) in [
            (
                "many",
                &["many/train.gz", "4294967295 images", "at most 67108864"][..],
            ),
            (
                "large",
                &["large/train.gz", "4294967296 bytes", "data.memory_limit"],
            ),
            ("long", &["long/train.gz", "7840 bytes, and more than"]),
            ("labels", &["train-labels.gz", "4294967295 labels"]),
        ] {
            refuses(&home, &format!("{command} idx:{folder}"), parts);
        }
    }
}

#[test]
fn data_that_no_memory_holds_are_refused() {
    let home = Home::new();
    let large = "--set data.size=[8192,8192]";
    let parts = [
        "1797 images of 1x8192x8192",
        "data.memory_limit = 2147483648",
    ];
    // Training is refused before the data are opened, for its networks.
    let networks = ["`data.size` is [8192, 8192]", "training takes about"];
    refuses(&home, &format!("train digits --out run {large}"), &networks);
    let report = home.does(&format!("data inspect digits --recipe digits {large}"));
    for part in parts {
        assert!(report.contains(part), "{report}");
    }
    // The networks are small, and the images within the limit of the recipe, but not within that on addresses.
    let small = "--set generator.hidden=[1] --set generator.norm=none --set discriminator.hidden=[1] --set run.batch=1 --set run.samples=1";
    refuses(
        &home,
        &format!("train digits --out run --set data.size=[1024,1024] {small}"),
        &["the images in memory take about 1.9 GiB", "data.size"],
    );
    let few = "--recipe digits --set data.memory_limit=100000";
    refuses(
        &home,
        &format!("data inspect digits {few}"),
        &["data.memory_limit = 100000"],
    );
    refuses(
        &home,
        "train ring8 --out run --data points:/dev/zero",
        &["/dev/zero", "line 1"],
    );
}

#[test]
fn a_recipe_or_a_report_without_an_end_is_refused() {
    let home = Home::new();
    let endless = |name: &str| {
        let file = File::create(home.path(name)).unwrap();
        file.set_len(1 << 40).unwrap();
    };
    endless("film.toml");
    refuses(
        &home,
        "train film.toml --out run",
        &["film.toml", "longer than"],
    );
    refuses(
        &home,
        "evaluate run --data digits --against /dev/zero",
        &["/dev/zero", "longer than"],
    );
}
