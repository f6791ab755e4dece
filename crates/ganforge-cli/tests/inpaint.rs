//! Inpainting: a Context-Encoder trains, is stopped and resumed, completes images, and refuses what means nothing for it.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use image::{GrayImage, Luma, open};
use serde_json::Value;
use support::Home;

/// A small network for the built-in digits of 8×8 pixels.
const SMALL: &str = "train context-encoder-2016-mnist-small --data digits --set data.take=1600 --set generator.encoder=[8,16] \
                     --set generator.code=16 --set generator.decoder=[16] --set discriminator.hidden=[32] --set run.batch=32 \
                     --set run.tick=640 --set run.samples=8 --set evaluation.features=raw --set evaluation.samples=200 \
                     --set evaluation.every=1";

/// Changes for random holes.
const RANDOM: &str = "--set generator.region=random --set generator.decoder=[16,8]";

fn figures(home: &Home, line: &str) -> Value {
    serde_json::from_str(&home.does(line)).unwrap()
}

#[test]
fn images_are_completed_and_the_error_is_measured() {
    let home = Home::new();
    home.does(&format!("{SMALL} --images 3200 --out run"));
    let last = home.metrics("run").pop().unwrap();
    let [l1, l2, psnr] = ["hole_l1", "hole_l2", "hole_psnr"].map(|key| last[key].as_f64().unwrap());
    assert!(last["reconstruction"].as_f64().unwrap() > 0.0);
    assert!(last["adversarial"].as_f64().unwrap() > 0.0);
    assert!(last["frechet"].as_f64().unwrap() > 0.0);
    assert!(l2 < l1 && (psnr + 10.0 * l2.log10()).abs() < 1e-9);
    assert!(home.text("run/report.html").contains("reconstruction"));

    let found = figures(&home, "inpaint run --input digits -n 40 -o done --json");
    assert_eq!(found["images"], 40);
    assert_eq!(found["missing"], 0.25);
    // Of other images, but of the same model.
    assert!(
        (found["psnr"].as_f64().unwrap() - psnr).abs() < 1.5,
        "{found}, {psnr}"
    );
    let names = home.names("done");
    assert_eq!((names.len(), names[40].as_str()), (41, "sheet.png"));
    // The context is that of the image.
    home.does("inpaint run --input digits -n 40 -o again");
    assert_eq!(home.read("done/000007.png"), home.read("again/000007.png"));
    let images = open(home.path("done/000007.png")).unwrap().into_luma8();
    assert_eq!(images.dimensions(), (8, 8));
    // `sample` computes the same images.
    home.does("sample run --input digits -n 40 -o samples/");
    assert_eq!(
        home.read("done/000007.png"),
        home.read("samples/000007.png")
    );
    home.does("evaluate run --data digits --input digits --samples 200 --metrics frechet");
    let table = home.does("inpaint run --input digits -n 4 -o again");
    for word in [
        "4 images, 25.0 % of each missing",
        "L1",
        "L2",
        "PSNR",
        "gradient energy",
    ] {
        assert!(table.contains(word), "{word} in {table}");
    }
}

#[test]
fn random_holes_follow_the_seed_or_a_mask() {
    let home = Home::new();
    home.does(&format!("{SMALL} {RANDOM} --images 640 --out run"));
    for (out, seed) in [("one", 1), ("same", 1), ("other", 2)] {
        let line = format!("inpaint run --input digits -n 20 --seed {seed} -o {out} --json");
        let missing = figures(&home, &line)["missing"].as_f64().unwrap();
        assert!(missing > 0.2 && missing < 0.3, "{missing}");
    }
    let [one, same, other] =
        ["one", "same", "other"].map(|out| home.read(&format!("{out}/sheet.png")));
    assert!(one == same && one != other);
    home.save(
        "masks/half.png",
        GrayImage::from_fn(8, 8, |x, _| Luma([if x < 4 { 255 } else { 0 }])),
    );
    let masked = "inpaint run --input digits -n 20 --mask folder:masks -o masked --json";
    assert_eq!(figures(&home, masked)["missing"], 0.5);
    // The right half is that of the original image: it is the same with every hole there.
    home.save(
        "masks/half.png",
        GrayImage::from_fn(8, 8, |x, _| Luma([if x < 2 { 255 } else { 0 }])),
    );
    home.does("inpaint run --input digits -n 20 --mask folder:masks -o fewer");
    let [masked, fewer] = ["masked", "fewer"].map(|out| {
        open(home.path(&format!("{out}/000003.png")))
            .unwrap()
            .into_luma8()
    });
    for y in 0..8 {
        for x in 4..8 {
            assert_eq!(masked.get_pixel(x, y), fewer.get_pixel(x, y));
        }
    }
}

#[test]
fn a_run_that_was_killed_and_resumed_is_the_uninterrupted_one() {
    let home = Home::new();
    let run = format!("{SMALL} {RANDOM} --images 25600 --set run.checkpoint=320");
    home.does(&format!("{run} --out whole"));
    let mut parts = home.start(&format!("{run} --out parts --dashboard log"));
    parts.ticks(3);
    parts.signal("KILL");
    assert_eq!(parts.wait(), None);
    home.does("train context-encoder-2016-mnist-small --resume --out parts");
    home.assert_same_run("whole", "parts");
}

#[test]
fn what_does_not_fit_is_refused_in_one_line() {
    let home = Home::new();
    for (changes, parts) in [
        ("data.labels=true", &["`data.labels` is true", "false"][..]),
        (
            "game.generator_noise=0.1",
            &["`game.generator_noise` is 0.1", "0 with"],
        ),
        ("run.batch=1", &["`run.batch` is 1", "2 or more"]),
        ("game.update=one-stage", &["`game.update` is one-stage"]),
        (
            "inpainting.overlap_weight=-1",
            &["`inpainting.overlap_weight` is -1", "0 or more"],
        ),
        (
            "inpainting.adversarial=0 --set inpainting.reconstruction=0",
            &["`inpainting.reconstruction` is 0", "no loss"],
        ),
        ("inpainting.weight=1", &["unknown field `weight`"]),
        (
            "generator.region=random --set generator.overlap=1",
            &["`generator.overlap` is 1", "predicts all"],
        ),
        ("generator.encoder=[]", &["`generator.encoder` is []"]),
        (
            "generator.encoder=[4,4,4,4]",
            &["`encoder` is 4 layers", "at most 3 layers"],
        ),
        (
            "generator.fill=[0.5,0.5,0.5]",
            &["`fill` is 3 values", "which have 1"],
        ),
        (
            "data.size=[10,10]",
            &["`data.size` is 10×10", "multiples of 4"],
        ),
        (
            "discriminator={kind=\"dcgan\",width=4}",
            &["`data.size` is 8×8, of which 4×4 is predicted", "dcgan"],
        ),
        (
            "game.payoff=balanced",
            &["`game.payoff` is balanced", "autoencoder"],
        ),
    ] {
        let complaint = home.refuses(1, &format!("{SMALL} --set {changes} --out run"));
        for part in parts {
            assert!(complaint.contains(part), "`{part}` in {complaint}");
        }
        assert!(!home.path("run").exists(), "{changes}");
    }
    let kind = r#"generator={kind="context-encoder",encoder=[8],code=4,decoder=[8]}"#;
    let complaint = home.refuses(1, &format!("train digits --set {kind} --out run"));
    assert!(complaint.contains("takes latents"), "{complaint}");
}

#[test]
fn other_models_and_inputs_are_refused_in_one_line() {
    let home = Home::new();
    home.does(&format!("{SMALL} --images 320 --out run"));
    home.does("train digits --images 640 --set run.tick=640 --out gan");
    let complaint = home.refuses(2, "inpaint gan --input digits -o done");
    assert!(
        complaint.contains("does not complete images"),
        "{complaint}"
    );
    let complaint = home.refuses(2, "inpaint run --input digits -o done.png");
    assert!(complaint.contains("done.png is a file"), "{complaint}");
    home.squares("masks", 1, 8);
    let complaint = home.refuses(2, "inpaint run --input digits --mask folder:masks -o done");
    assert!(complaint.contains("completes the centre"), "{complaint}");
    for command in [
        "sample run -o x.png",
        "evaluate run --data digits --metrics frechet --samples 100",
    ] {
        let complaint = home.refuses(1, command);
        assert!(complaint.contains("--input"), "{complaint}");
    }
    assert!(!home.path("done").exists());
}
