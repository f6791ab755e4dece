//! Strips and films: `interpolate`, `timelapse`, and `sample` with latents of a file.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use std::io::Cursor;
use std::time::Duration;

use ganforge_infer::{Sampler, Vectors};
use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::{AnimationDecoder, Frame, RgbImage};
use support::Home;

const SHORT: &str = "--images 1280 --set run.tick=320 --set run.samples=4 --set generator.hidden=[16] --set discriminator.hidden=[16] --out run";

fn trained(recipe: &str) -> Home {
    let home = Home::new();
    home.does(&format!("train {recipe} {SHORT}"));
    home
}

/// The frames of a film, by its extension.
fn frames(home: &Home, name: &str) -> Vec<Frame> {
    let file = Cursor::new(home.read(name));
    let frames = if name == "film.gif" || name == "through.gif" {
        GifDecoder::new(file).unwrap().into_frames()
    } else {
        PngDecoder::new(file).unwrap().apng().unwrap().into_frames()
    };
    frames.collect_frames().unwrap()
}

fn picture(home: &Home, name: &str) -> RgbImage {
    image::load_from_memory(&home.read(name))
        .unwrap()
        .into_rgb8()
}

fn rgb(frame: &Frame) -> RgbImage {
    image::DynamicImage::from(frame.buffer().clone()).into_rgb8()
}

fn delay(frame: &Frame) -> Duration {
    frame.delay().into()
}

#[test]
fn a_film_passes_through_the_images_of_its_seeds() {
    let home = trained("digits");
    home.does("sample run -n 1 --seed 7 -o seed-7/");
    let first = picture(&home, "seed-7/000000.png");
    for name in ["film.apng", "film.gif"] {
        home.does(&format!(
            "interpolate run --seeds 7,8,9 --frames 5 --fps 10 -o {name}"
        ));
        let film = frames(&home, name);
        // Twice five, and the last.
        assert_eq!(film.len(), 11, "{name}");
        assert_eq!(delay(&film[3]), Duration::from_millis(100));
        // 8×8 pixels, magnified to 128×128.
        let shown = rgb(&film[0]);
        assert_eq!(shown.dimensions(), (128, 128));
        if name == "film.apng" {
            for (x, y, pixel) in first.enumerate_pixels() {
                assert_eq!(shown.get_pixel(16 * x + 8, 16 * y + 8), pixel);
            }
        }
        home.does(&format!(
            "interpolate run --seeds 7,8,9 --frames 5 --loop -o {name}"
        ));
        assert_eq!(frames(&home, name).len(), 15, "{name}");
    }
}

#[test]
fn a_strip_has_a_row_for_each_way_with_both_ends_in_it() {
    let home = trained("digits-conditional");
    home.does("interpolate run --seeds 1,2,3 --frames 4 --class 5 -o strip.png");
    // Five images of 32 pixels with margins of 2, in two rows.
    assert_eq!(picture(&home, "strip.png").dimensions(), (172, 70));
    home.does("sample run -n 1 --seed 2 --class 5 -o two.png");
    let (strip, two) = (picture(&home, "strip.png"), picture(&home, "two.png"));
    for (x, y, pixel) in two.enumerate_pixels() {
        if (2..34).contains(&x) && (2..34).contains(&y) {
            assert_eq!(strip.get_pixel(x + 4 * 34, y), pixel);
            assert_eq!(strip.get_pixel(x, y + 34), pixel);
        }
    }
}

#[test]
fn latents_of_a_file_set_the_number_of_images() {
    let home = trained("digits");
    let sampler = Sampler::open(home.path("run/model.safetensors")).unwrap();
    sampler
        .latents(3, 5)
        .unwrap()
        .write_npy(home.path("five.npy"))
        .unwrap();
    home.does("sample run --latents five.npy -o given.npy");
    home.does("sample run -n 5 --seed 3 -o drawn.npy");
    assert_eq!(home.read("given.npy"), home.read("drawn.npy"));
    home.does("sample run -n 2 --latents five.npy -o two.npy");
    home.does("interpolate run --latents five.npy --frames 2 -o through.gif");
    assert_eq!(frames(&home, "through.gif").len(), 9);

    let refused = |status, command: &str, said: &str| {
        let error = home.refuses(status, command);
        assert!(error.contains(said), "{error}");
    };
    refused(
        2,
        "sample run -n 6 --latents five.npy -o x.npy",
        "6 or more",
    );
    Vectors::new(2, vec![0.0; 4])
        .unwrap()
        .write_npy(home.path("flat.npy"))
        .unwrap();
    refused(
        2,
        "sample run --latents flat.npy -o x.npy",
        "2 latents of 2 coordinates",
    );
    refused(
        1,
        "sample run --latents run/recipe.toml -o x.npy",
        "recipe.toml: no .npy file",
    );
    refused(2, "interpolate run --seeds 4 -o x.gif", "two or more");
    refused(
        2,
        "interpolate run -o x.jpeg",
        "a strip.png, a film.gif or a film.apng",
    );
}

#[test]
fn a_timelapse_shows_every_sheet_and_halts_at_the_last() {
    let home = trained("digits");
    for name in ["film.gif", "film.apng"] {
        home.does(&format!("timelapse run -o {name}"));
        let film = frames(&home, name);
        let sheets = std::fs::read_dir(home.path("run/samples")).unwrap().count();
        assert!(sheets > 3);
        assert_eq!(film.len(), sheets);
        assert!(delay(&film[0]) < Duration::from_millis(200));
        assert_eq!(delay(&film[sheets - 1]), Duration::from_secs(2));
        let last = picture(&home, "run/samples/000001280.png");
        if name == "film.apng" {
            assert_eq!(rgb(&film[sheets - 1]), last);
        }
        home.does(&format!("timelapse run --frames 2 -o {name}"));
        assert_eq!(frames(&home, name).len(), 2);
    }
    let error = home.refuses(1, "timelapse run/samples -o x.gif");
    assert!(error.contains("samples"), "{error}");
}
