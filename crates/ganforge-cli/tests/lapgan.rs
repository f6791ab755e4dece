//! LAPGAN: a run of several levels is a run like any other, and its model is one generator.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use std::collections::BTreeMap;

use serde_json::Value;
use support::Home;

/// Three levels of small networks, 5×5 to 20×20.
const SMALL: &str = "lapgan-2015-mnist-small --data digits --set data.size=[20,20] \
                     --set generator.coarsest=[5,5] --set generator.hidden=[16] \
                     --set generator.widths=[2,2] --set discriminator.hidden=[16] \
                     --set discriminator.width=2 --set run.batch=16 --set run.samples=9 \
                     --set average.half_life=500";

#[cfg(unix)]
#[test]
fn a_run_that_was_killed_and_resumed_equals_one_that_was_not() {
    let home = Home::new();
    let what = format!("{SMALL} --images 1920 --set run.tick=160 --set run.checkpoint=320");
    home.does(&format!("train {what} --out whole"));
    let mut run = home.start(&format!("train {what} --out parts"));
    run.ticks(3);
    run.signal("KILL");
    assert_eq!(run.wait(), None);
    home.does("train lapgan-2015-mnist-small --resume --out parts");
    home.assert_same_run("whole", "parts");
}

#[test]
fn a_model_is_sampled_and_evaluated_like_any_other() {
    let home = Home::new();
    let short = "--images 320 --set run.tick=160";
    home.does(&format!("train {SMALL} {short} --out run"));
    home.does("sample run -n 3 --seed 1 -o sheet.png");
    let sheet = image::open(home.path("sheet.png")).unwrap();
    // Two rows of two places, each image enlarged to 40 pixels, with gaps of 2.
    assert_eq!((sheet.width(), sheet.height()), (86, 86));
    home.does("evaluate run --data digits --metrics precision --samples 64 --json");
    let metrics = home.metrics("run");
    let last = metrics.last().unwrap();
    for level in 0..3 {
        for what in ["accuracy_real", "accuracy_fake", "loss_discriminator"] {
            let key = format!("level_{level}_{what}");
            assert!(last[&key].as_f64().unwrap().is_finite(), "{key}");
        }
    }
    assert!(last["level_2_coarse_error"].as_f64().unwrap() > 0.0);
    let page = home.text("run/report.html");
    for title in ["Level 0 accuracy", "Level 1 loss", "Level 2 coarse error"] {
        assert!(page.contains(title), "{title}");
    }
    // The coarsest level alone, upsampled, is a model too.
    home.does(&format!(
        "train {SMALL} --set generator.widths=[0,0] {short} --out coarse"
    ));
    home.does("sample coarse -n 3 --seed 1 -o coarse.png");
    assert!(home.metrics("coarse").last().unwrap()["level_1_accuracy_real"].is_null());
}

/// Masks of dropout included: those of a level are drawn after those of coarser ones.
#[test]
fn a_level_is_trained_as_if_it_were_alone() {
    let home = Home::new();
    let short = "--images 160 --set run.tick=160";
    for (widths, run) in [("[2,2]", "whole"), ("[0,0]", "alone")] {
        home.does(&format!(
            "train {SMALL} --set generator.widths={widths} {short} --out {run}"
        ));
    }
    let whole = tensors(&home, "whole/model.safetensors");
    let alone = tensors(&home, "alone/model.safetensors");
    assert!(alone.len() > 3 && alone.len() < whole.len());
    for (name, values) in alone {
        assert_eq!(whole[&name], values, "{name}");
    }
}

/// The bytes of each tensor of a safetensors file.
fn tensors(home: &Home, file: &str) -> BTreeMap<String, Vec<u8>> {
    let bytes = home.read(file);
    let (length, rest) = bytes.split_at(8);
    let length = usize::try_from(u64::from_le_bytes(length.try_into().unwrap())).unwrap();
    let (header, values) = rest.split_at(length);
    let header: BTreeMap<String, Value> = serde_json::from_slice(header).unwrap();
    let tensors = header
        .into_iter()
        .filter(|(name, _)| name != "__metadata__");
    let tensors = tensors.map(|(name, about)| {
        let [start, end] = [0, 1].map(|at| about["data_offsets"][at].as_u64().unwrap());
        let range = usize::try_from(start).unwrap()..usize::try_from(end).unwrap();
        (name, values[range].to_vec())
    });
    tensors.collect()
}

#[test]
fn classes_are_drawn_on_request() {
    let home = Home::new();
    let short = "--images 160 --set run.tick=160 --set data.labels=true";
    home.does(&format!("train {SMALL} {short} --out run"));
    home.does("sample run -n 2 --seed 1 --class 3 -o three.npy");
    home.does("sample run -n 2 --seed 1 --class 4 -o four.npy");
    assert_ne!(home.read("three.npy"), home.read("four.npy"));
}

#[test]
fn sizes_that_do_not_double_to_the_image_are_refused() {
    let home = Home::new();
    for (change, parts) in [
        (
            "data.size=[24,24]",
            ["`coarsest` is [5, 5]", "[6, 6] for images of 24×24"],
        ),
        (
            "data.size=[22,22]",
            ["`coarsest` is [5, 5]", "there is none"],
        ),
        ("generator.widths=[2]", ["`coarsest` is", "[10, 10] for"]),
        ("discriminator.width=0", ["`width` is 0", "1 or more"]),
        (
            "discriminator.dropout_hidden=1.0",
            ["`dropout_hidden` is 1", "below 1"],
        ),
        (
            "optimizer.generator.clip_norm=1.0",
            ["`optimizer.generator.clip_norm` is 1", "left out"],
        ),
    ] {
        let complaint = home.refuses(1, &format!("train {SMALL} --set {change} --out run"));
        for part in parts {
            assert!(complaint.contains(part), "{complaint}");
        }
        assert!(!home.path("run").exists(), "{change}");
    }
    // The size of a level is asked for before it is built: 8 pixels are too few for both convolutions.
    let levels =
        "--set data.size=[16,16] --set generator.coarsest=[4,4] --set generator.widths=[4,4]";
    let line = "train lapgan-2015-mnist-small --data digits";
    let complaint = home.refuses(1, &format!("{line} {levels} --out run"));
    for part in ["`data.size` is 8×8", "9 pixels or more"] {
        assert!(complaint.contains(part), "{complaint}");
    }
    assert!(!home.path("run").exists());
}
