//! `ganforge data inspect` and `ganforge data fetch`.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use ganforge_eval::spaces::INCEPTION_FILE;
use image::{GrayImage, ImageBuffer, Luma, Rgb, RgbImage, Rgba, RgbaImage};
use serde_json::Value;
use support::{Ended, Home, mnist};
use tiny_http::{Response, Server, StatusCode};

#[test]
fn the_digits_are_described_for_people_and_for_programs() {
    let home = Home::new();
    let text = home.does("data inspect digits");
    for part in [
        "images          1797",
        "8x8",
        "a recipe would",
        "make every image 1x8x8",
    ] {
        assert!(text.contains(part), "`{part}` in {text}");
    }
    let json = home.does("data inspect digits --json");
    assert_eq!(json.lines().count(), 1);
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["kind"], "images");
    assert_eq!(report["images"], 1797);
    assert_eq!(report["classes"].as_array().unwrap().len(), 10);
    assert_eq!(report["classes"][3]["count"], 183);
    assert_eq!(report["outcome"]["shape"]["height"], 8);
}

#[test]
fn points_are_described_by_their_spans_and_modes() {
    let home = Home::new();
    let report: Value = serde_json::from_str(&home.does("data inspect grid25 --json")).unwrap();
    assert_eq!(report["kind"], "points");
    assert_eq!(report["classes"].as_array().unwrap().len(), 25);
    assert!(home.does("data inspect grid25").contains("modes"));
}

/// A folder with about everything that real folders hold.
fn odd_files(home: &Home) {
    let colour = RgbImage::from_fn(20, 16, |x, y| Rgb([x as u8 * 9, y as u8 * 9, 40]));
    home.save("odd/cats/colour.png", colour.clone());
    home.save("odd/cats/photo.jpg", colour.clone());
    home.save("odd/cats/copy.bmp", colour);
    let grey = GrayImage::from_fn(16, 16, |x, y| Luma([(x * y) as u8]));
    home.save("odd/dogs/grey.png", grey);
    let deep = ImageBuffer::from_fn(16, 16, |x, y| Luma([(x * 4000 + y) as u16]));
    home.save("odd/dogs/deep.png", image::DynamicImage::ImageLuma16(deep));
    let clear = RgbaImage::from_fn(16, 16, |x, _| Rgba([200, 10, 10, x as u8 * 16]));
    home.save("odd/dogs/clear.png", clear.clone());
    // Encoded as a palette with transparency.
    home.save("odd/dogs/palette.gif", clear);
    let photo = home.read("odd/cats/photo.jpg");
    home.write("odd/dogs/torn.jpg", &photo[..photo.len() / 3]);
    home.write("odd/notes.txt", "not an image");
}

#[test]
fn a_folder_of_odd_files_is_diagnosed() {
    let home = Home::new();
    odd_files(&home);
    let json = home.does("data inspect odd --recipe folder-dcgan --json");
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["images"], 7);
    assert_eq!(report["formats"]["PNG"], 4);
    assert_eq!(report["formats"]["JPEG"], 1);
    assert_eq!(report["colors"]["16-bit grey"], 1);
    assert_eq!(report["sizes"]["distinct"], 2);
    assert_eq!(report["classes"][0]["name"], "cats");
    assert_eq!(report["classes"][0]["count"], 3);
    let copies = serde_json::json!([["cats/colour.png", "cats/copy.bmp"]]);
    assert_eq!(report["duplicates"], copies);
    let unreadable = report["unreadable"].as_array().unwrap();
    assert_eq!(unreadable.len(), 1);
    assert!(
        unreadable[0]["path"]
            .as_str()
            .unwrap()
            .ends_with("torn.jpg")
    );
    assert_eq!(report["ignored"], serde_json::json!(["notes.txt"]));
    assert_eq!(report["outcome"]["shape"]["channels"], 3);
    assert_eq!(report["outcome"]["enlarged"], 7);
    assert!(report["outcome"]["laid_on_background"].as_u64() >= Some(2));

    let text = home.does("data inspect odd --recipe folder-dcgan");
    for part in [
        "torn.jpg",
        "notes.txt",
        "cats/colour.png = cats/copy.bmp",
        "3x64x64",
    ] {
        assert!(text.contains(part), "`{part}` in {text}");
    }
}

#[test]
fn a_folder_of_odd_files_trains() {
    let home = Home::new();
    odd_files(&home);
    let line = "train folder-dcgan --data odd --images 16 --set run.batch=4 --set run.samples=4 \
                --set data.size=[16,32] --set data.labels=true --set generator.width=4 \
                --set discriminator.width=4 --out run";
    let ended = home.run(line);
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
    assert!(ended.stderr.contains("torn.jpg"), "{ended:?}");
    home.does("sample run -n 2 --class dogs -o dogs.npy");
}

/// Serves the files of a folder until it is dropped.
struct Mirror {
    server: Arc<Server>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Mirror {
    /// `change` may spoil what is sent.
    fn of(folder: PathBuf, change: fn(Vec<u8>) -> Vec<u8>) -> Self {
        let server = Arc::new(Server::http("127.0.0.1:0").unwrap());
        let serving = server.clone();
        let thread = std::thread::spawn(move || {
            for request in serving.incoming_requests() {
                let name = request.url().rsplit('/').next().unwrap_or_default();
                let response = match fs::read(folder.join(name)) {
                    Ok(bytes) => Response::from_data(change(bytes)),
                    Err(_) => Response::from_data("").with_status_code(StatusCode(404)),
                };
                let _ = request.respond(response);
            }
        });
        Self {
            server,
            thread: Some(thread),
        }
    }

    fn fetch(&self, home: &Home, name: &str) -> Ended {
        let mut command = home.command(&format!("data fetch {name}"));
        command.env(
            "GANFORGE_MIRROR",
            format!("http://{}", self.server.server_addr()),
        );
        Ended::of(command)
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[test]
fn mnist_is_fetched_once_and_then_trained_on() {
    let Some(folder) = mnist() else {
        println!("skipped: ../shared/data/mnist is not here");
        return;
    };
    let home = Home::new();
    let mirror = Mirror::of(folder, |bytes| bytes);
    let ended = mirror.fetch(&home, "mnist");
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert!(ended.stdout.starts_with("mnist is in "), "{ended:?}");
    assert_eq!(home.names("cache/mnist").len(), 4);
    drop(mirror);
    // What is there and right needs no server.
    let ended = Mirror::of(home.path("nothing"), |bytes| bytes).fetch(&home, "mnist");
    assert_eq!(ended.status, Some(0), "{ended:?}");
    let narrow = "--set generator.hidden=[32] --set discriminator.hidden=[32]";
    let printed = home.does(&format!("train mnist-mlp --images 400 {narrow} --out run"));
    assert!(printed.contains("60000 images 1x28x28"), "{printed}");
    home.does(
        "train mnist-dcgan --images 64 --set generator.width=4 --set discriminator.width=4 \
         --out dcgan",
    );
}

#[test]
fn files_with_a_wrong_digest_are_refused() {
    let Some(folder) = mnist() else {
        println!("skipped: ../shared/data/mnist is not here");
        return;
    };
    let home = Home::new();
    let mirror = Mirror::of(folder, |mut bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        bytes
    });
    let complaint = mirror.fetch(&home, "mnist").refusal(1, "a spoilt mirror");
    assert!(complaint.contains("wrong digest"), "{complaint}");
    assert!(
        complaint.contains("train-images-idx3-ubyte.gz"),
        "{complaint}"
    );
    home.refuses(1, "train mnist-mlp --images 100");
}

#[test]
fn weights_with_a_wrong_digest_are_refused() {
    let home = Home::new();
    home.write(&format!("mirror/{INCEPTION_FILE}"), "not those weights");
    let mirror = Mirror::of(home.path("mirror"), |bytes| bytes);
    let complaint = mirror.fetch(&home, "inception").refusal(1, "other weights");
    for part in [INCEPTION_FILE, "wrong digest"] {
        assert!(complaint.contains(part), "`{part}` in {complaint}");
    }
    assert_eq!(home.names("cache/inception").len(), 0);
}

#[test]
fn a_mirror_without_the_files_is_named() {
    let home = Home::new();
    let mirror = Mirror::of(home.path("nothing"), |bytes| bytes);
    let complaint = mirror
        .fetch(&home, "fashion-mnist")
        .refusal(1, "an empty mirror");
    assert!(complaint.contains("404"), "{complaint}");
    assert!(complaint.contains("GANFORGE_MIRROR"), "{complaint}");
}
