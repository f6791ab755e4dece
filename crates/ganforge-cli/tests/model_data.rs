//! The data that commands read for a model: their kind is checked, and they are prepared as in training.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use image::{GrayImage, Luma};
use serde_json::Value;
use support::Home;

const POINTS: &str = "train discogan-2017-points-small --images 640 --set run.batch=32 --set run.tick=640 \
                      --set run.samples=16 --set generator.hidden=[8] --set discriminator.hidden=[8] \
                      --set evaluation.samples=100 --out points";

const BIGAN: &str = "train bigan-2016-digits --images 640 --set run.tick=640 --set run.samples=4 \
                     --set evaluation.samples=100 --out bigan";

const INPAINTING: &str = "train context-encoder-2016-mnist-small --data digits --set data.take=1600 --images 640 \
                          --set generator.encoder=[4,8] --set generator.code=8 --set generator.decoder=[8] \
                          --set discriminator.hidden=[8] --set run.batch=32 --set run.tick=640 --set run.samples=4 \
                          --set evaluation.features=raw --set evaluation.samples=100 --out holes";

#[test]
fn images_for_a_model_of_points_and_points_for_a_model_of_images_are_refused() {
    let home = Home::new();
    home.does(POINTS);
    home.does(BIGAN);
    home.does(INPAINTING);
    home.save("photos/1.png", GrayImage::new(8, 8));
    for line in [
        "sample points --input digits -n 4 -o x.npy",
        "sample points --input folder:photos -n 1 -o x.npy",
        "translate points --input digits --direction a-to-b -n 4 -o x.npy",
        "translate points --input ring5 --truth digits --direction a-to-b -n 4 -o x.npy",
        "evaluate points --data ring10 --input digits --samples 20",
    ] {
        let complaint = home.refuses(2, line);
        assert!(complaint.contains("2x1x1"), "{line}: {complaint}");
        assert!(complaint.contains("has images"), "{line}: {complaint}");
    }
    for line in [
        "encode bigan --data ring8 -o x.npy",
        "reconstruct bigan --data ring8 -o x.png",
        "inpaint holes --input ring8 -o x",
        "inpaint holes --input digits --mask ring8 -o x",
        "sample holes --input ring8 -n 4 -o x.png",
    ] {
        let complaint = home.refuses(2, line);
        assert!(
            complaint.contains("ring8 has points"),
            "{line}: {complaint}"
        );
        assert!(!complaint.contains("option"), "{line}: {complaint}");
    }
    assert!(!home.path("x").exists() && !home.path("x.npy").exists());
}

/// Grey images of 16×8 pixels, white at the right.
fn wide(home: &Home, folder: &str, count: u32) {
    for index in 0..count {
        let level = |x: u32, _| Luma([if x < 6 + index % 5 { 0 } else { 255 }]);
        home.save(
            &format!("{folder}/{index:03}.png"),
            GrayImage::from_fn(16, 8, level),
        );
    }
}

#[test]
fn each_domain_is_prepared_by_its_own_table() {
    let home = Home::new();
    wide(&home, "wide", 80);
    home.does(
        "train cyclegan-2017-mnist-small --images 64 --data folder:wide --set data.take=60 --set data.size=[8,8] \
         --set data.resize=pad --set data.background=[0,0,0] --set data.channels=1 --set target.source=folder:wide \
         --set target.skip=0 --set target.take=60 --set target.size=[8,8] --set target.resize=stretch --set target.channels=1 \
         --set run.batch=16 --set run.tick=64 --set run.samples=4 --set generator.width=2 --set generator.blocks=1 \
         --set discriminator.width=2 --set discriminator.layers=1 --set evaluation.samples=10 --set evaluation.features=raw \
         --out run",
    );
    // Middle rows and upper right corners of the image and of the truth.
    let sheet = |direction: &str, out: &str| {
        home.does(&format!(
            "translate run --input folder:wide --truth folder:wide --direction {direction} -n 1 -o {out}"
        ));
        let sheet = image::open(home.path(&format!("{out}/sheet.png"))).unwrap();
        let sheet = sheet.into_luma8();
        // The middle row of the first and of the fourth tile, the image and its truth; tiles are magnified to 32×32, two pixels apart.
        let levels = |tile: u32| {
            let levels = (0..8).map(|x| sheet.get_pixel(2 + 34 * tile + 4 * x, 18).0[0]);
            levels.collect::<Vec<u8>>()
        };
        let corner = |tile: u32| sheet.get_pixel(34 * tile + 33, 2).0[0];
        ([levels(0), levels(3)], [corner(0), corner(3)])
    };
    let ([padded, stretched], corners) = sheet("a-to-b", "forth");
    // A padded image of half the height has the black background above it, a stretched one does not.
    assert_eq!(corners, [0, 255]);
    let (back, corners) = sheet("b-to-a", "back");
    assert_eq!(corners, [255, 0]);
    assert_eq!(back, [stretched, padded]);
    // `sample` takes the first domain, and `evaluate` compares with the second.
    home.does("sample run --input folder:wide -n 1 -o sampled/");
    assert_eq!(
        home.read("sampled/000000.png"),
        home.read("forth/000000.png")
    );
    let line = "evaluate run --data folder:wide --input folder:wide --samples 60 --metrics precision --json";
    let report: Value = serde_json::from_str(&home.does(line)).unwrap();
    assert!(report.to_string().contains("stretch"), "{report}");
}
