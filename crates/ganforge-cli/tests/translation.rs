//! Systems of two domains through the binary: training, their metrics, `translate`, kill and resume, and what is refused.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use support::Home;

const SMALL: &str = "--images 3200 --set run.batch=32 --set run.tick=640 --set run.checkpoint=960 --set run.samples=16 \
                     --set generator.hidden=[16] --set discriminator.hidden=[16,16] \
                     --set evaluation.samples=1000 --set evaluation.every=1 --set average.half_life=500";

fn train(home: &Home, further: &str, out: &str) {
    home.does(&format!(
        "train discogan-2017-points-small {SMALL} {further} --out {out}"
    ));
}

#[test]
fn a_run_reports_both_directions_and_its_model_translates_in_both() {
    let home = Home::new();
    train(&home, "--set translation.feature_matching=0.5", "run");
    let ticks = home.metrics("run");
    let last = ticks.last().unwrap();
    for term in ["adversarial", "feature_matching", "reconstruction"] {
        assert!(last[term].as_f64().unwrap() > 0.0, "{term}");
    }
    for (metric, most) in [
        ("modes_target", 10.0),
        ("modes_source", 5.0),
        ("near_target", 1.0),
        ("near_source", 1.0),
        ("distinct_modes", 5.0),
        ("modes", 10.0),
    ] {
        let value = last[metric].as_f64().unwrap();
        assert!((0.0..=most).contains(&value), "{metric}: {value}");
    }
    assert!(home.text("run/report.html").contains("rmse_source"));

    home.does("sample run --input ring5 -n 4 -o grid.png");
    let printed = home.does(
        "evaluate run --data ring10 --input ring5 --samples 100 --metrics high-quality --json",
    );
    assert!(printed.contains("high-quality"), "{printed}");
    let complaint = home.refuses(1, "sample run -n 4 -o grid.png");
    assert!(complaint.contains("--input"), "{complaint}");

    for (direction, input) in [("a-to-b", "ring5"), ("b-to-a", "ring10")] {
        let line = format!(
            "translate run --input {input} --truth {input} --direction {direction} --split test -n 1000 -o {direction}.npy --json"
        );
        let report: serde_json::Value = serde_json::from_str(&home.does(&line)).unwrap();
        assert_eq!(report["images"], 1000);
        assert_eq!(report["direction"], direction);
        // The cycle of the measured model, on other points of the same mixture.
        let metric = if direction == "a-to-b" {
            "rmse_source"
        } else {
            "rmse_target"
        };
        let (cycle, measured) = (
            report["cycle_rmse"].as_f64().unwrap(),
            last[metric].as_f64().unwrap(),
        );
        assert!((cycle / measured - 1.0).abs() < 0.2, "{cycle}, {measured}");
        assert!(report["truth"]["rmse"].as_f64().unwrap() > 0.0);
        assert!(report["truth"]["psnr"].is_null());
    }
    // a-to-b is the direction of `sample`.
    home.does("sample run --input ring5 -n 4 -o sampled.npy");
    home.does("translate run --input ring5 --direction a-to-b -n 4 -o forth.npy");
    home.does("translate run --input ring5 --direction b-to-a -n 4 -o back.npy");
    let sampled = home.read("sampled.npy");
    assert!(sampled == home.read("forth.npy") && sampled != home.read("back.npy"));
    let printed = home.does("translate run --input ring5 --direction a-to-b -n 50 -o plot.png");
    assert!(printed.starts_with("50 images, a-to-b\n"), "{printed}");
}

/// Trains and runs the command that is printed at the end.
fn runs_what_it_proposes(home: &Home, line: &str, command: &str) {
    let printed = home.does(line);
    let (_, words) = printed.trim().rsplit_once(" with: ").unwrap();
    let (_, words) = words.split_once(' ').unwrap();
    assert!(words.starts_with(command), "{words}");
    home.does(words);
}

#[test]
fn the_command_that_a_finished_run_prints_works() {
    let home = Home::new();
    runs_what_it_proposes(
        &home,
        &format!("train discogan-2017-points-small {SMALL} --out points"),
        "translate points/model.safetensors --input ring5 --direction a-to-b",
    );
    assert!(home.path("translated.png").is_file());
    runs_what_it_proposes(
        &home,
        &format!("train cyclegan-2017-mnist-small {OUTLINES} --out images"),
        "translate images/model.safetensors --input digits --direction a-to-b",
    );
    assert!(home.path("translated/sheet.png").is_file());
    home.squares("squares", 20, 8);
    runs_what_it_proposes(
        &home,
        "train context-encoder-2016-mnist-small --data folder:squares --set data.take=16 --images 64 --set generator.encoder=[4,8] \
         --set generator.code=8 --set generator.decoder=[8] --set discriminator.hidden=[8] --set run.batch=8 --set run.tick=64 \
         --set run.samples=4 --set evaluation.features=raw --set evaluation.samples=4 --set data.size=[8,8] --out holes",
        "inpaint holes/model.safetensors --input folder:",
    );
    assert!(home.path("inpainted/sheet.png").is_file());
    runs_what_it_proposes(
        &home,
        "train digits --images 64 --set run.tick=64 --set run.samples=4 --out latents",
        "sample latents/model.safetensors -o",
    );
}

#[test]
fn a_sheet_shows_image_translation_translation_back_and_truth() {
    let home = Home::new();
    home.does(&format!(
        "train cyclegan-2017-mnist-small {OUTLINES} --out run"
    ));
    home.does("translate run --input digits --truth digits --direction a-to-b -n 3 -o forth");
    home.does("sample run --input digits -n 3 -o sampled/");
    for index in 0..3 {
        let name = format!("00000{index}.png");
        let [forth, sampled] =
            ["forth", "sampled"].map(|folder| home.read(&format!("{folder}/{name}")));
        assert!(forth == sampled, "{name}");
    }
    let pixels = |name: &str| image::open(home.path(name)).unwrap().into_luma8();
    let sheet = pixels("forth/sheet.png");
    // Tiles of 8×8 pixels are magnified to 32×32, two pixels apart.
    let tile = |tile: u32| {
        image::GrayImage::from_fn(8, 8, |x, y| {
            *sheet.get_pixel(2 + 34 * tile + 4 * x, 2 + 4 * y)
        })
    };
    // The truth is the image here.
    assert_eq!(tile(0), tile(3));
    assert_eq!(tile(1), pixels("forth/000000.png"));
    assert_eq!(tile(5), pixels("forth/000001.png"));
    assert!(tile(0) != tile(1) && tile(1) != tile(2) && tile(0) != tile(4));
}

#[test]
fn a_killed_run_goes_on_to_the_same_bytes() {
    let home = Home::new();
    train(&home, "", "whole");
    let mut run = home.start(&format!(
        "train discogan-2017-points-small {SMALL} --out parts"
    ));
    run.ticks(2);
    run.signal("KILL");
    run.wait();
    home.does("train discogan-2017-points-small --resume --out parts");
    home.assert_same_run("whole", "parts");
}

const OUTLINES: &str = "--images 640 --data digits --set data.take=900 --set target.source=digits --set target.skip=900 \
                        --set target.take=800 --set run.batch=16 --set run.tick=160 --set run.checkpoint=240 \
                        --set run.samples=4 --set generator.width=2 --set generator.blocks=1 \
                        --set discriminator.width=2 --set evaluation.samples=100 --set evaluation.every=1";

#[test]
fn past_fakes_survive_a_kill_and_images_are_translated_into_a_folder() {
    let home = Home::new();
    let recipe = "cyclegan-2017-mnist-small";
    home.does(&format!("train {recipe} {OUTLINES} --out whole"));
    let mut run = home.start(&format!("train {recipe} {OUTLINES} --out parts"));
    run.ticks(2);
    run.signal("KILL");
    run.wait();
    home.does(&format!("train {recipe} --resume --out parts"));
    home.assert_same_run("whole", "parts");
    let last = home.metrics("whole");
    for term in ["adversarial", "reconstruction", "identity", "rmse_target"] {
        assert!(last.last().unwrap()[term].as_f64().unwrap() > 0.0, "{term}");
    }
    // Without past fakes the discriminators are trained on others.
    home.does(&format!(
        "train {recipe} {OUTLINES} --set translation.pool=0 --out without"
    ));
    assert!(home.read("without/model.safetensors") != home.read("whole/model.safetensors"));

    let line =
        "translate whole --input digits --truth digits --direction b-to-a -n 10 -o folder --json";
    let report: serde_json::Value = serde_json::from_str(&home.does(line)).unwrap();
    let names = home.names("folder");
    assert_eq!(names.len(), 11);
    assert_eq!((&*names[0], &*names[10]), ("000000.png", "sheet.png"));
    let truth = &report["truth"];
    assert_eq!(truth["candidates"], 10);
    assert!(truth["psnr"].as_f64().unwrap().is_finite());
    assert!(truth["top1"].as_f64().unwrap() <= truth["top5"].as_f64().unwrap());
    home.save("two/1.png", image::GrayImage::new(8, 8));
    home.save("two/2.png", image::GrayImage::new(8, 8));
    let line = "translate whole --input digits --truth two --direction a-to-b -o folder";
    let complaint = home.refuses(2, line);
    assert!(complaint.contains("2 images"), "{complaint}");
}

#[test]
fn fine_tuning_starts_from_both_translators_and_the_ablation_leaves_one_discriminator() {
    let home = Home::new();
    train(&home, "", "run");
    let line = format!("train discogan-2017-points-small {SMALL} --from run --out tuned");
    home.does(&line);
    // The model file has both translators, but no discriminator.
    let line =
        format!("train discogan-2017-points-small {SMALL} --from run/model.safetensors --out file");
    let ended = home.run(&line);
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("no discriminator"), "{ended:?}");
    train(
        &home,
        "--set translation.one_sided=true --ship-discriminator",
        "one",
    );
    train(&home, "--set translation.rate=0", "alone");
    let last = home.metrics("alone");
    assert!(last.last().unwrap()["reconstruction"].is_null());
}

#[test]
fn what_the_system_does_not_play_is_refused_in_one_line() {
    let home = Home::new();
    for (change, parts) in [
        ("data.labels=true", &["`data.labels`", "false"][..]),
        ("target.labels=true", &["`target.labels`", "false"]),
        ("target.labelled=2", &["`target.labelled` is 2"]),
        ("target.skip=200000", &["[target]", "`skip`"]),
        (
            "generator.output=\"tanh\"",
            &["`generator.output` is tanh", "linear"],
        ),
        ("game.packing=2", &["`game.packing`", "1 with system"]),
        (
            "game.feature_matching={}",
            &["`game.feature_matching`", "translation.feature_matching"],
        ),
        ("game.generator_noise=0.1", &["`game.generator_noise`"]),
        ("game.update=one-stage", &["`game.update`", "discogan"]),
        ("translation.rate=1", &["`translation.rate` is 1"]),
        ("translation.adversarial=0", &["`translation.adversarial`"]),
        ("translation.curiculum=3", &["curiculum", "curriculum"]),
        ("target.source=digits", &["`target`", "1x8x8", "2x1x1"]),
        ("target.take=100", &["`target` is 100 images", "200"]),
        ("data.take=100", &["`data` is 100 images", "200"]),
        ("generator.hidden=[0]", &["hidden"]),
    ] {
        let line = format!("train discogan-2017-points-small --set {change} --out run");
        let complaint = home.refuses(1, &line);
        for part in parts {
            assert!(complaint.contains(part), "{complaint}");
        }
        assert!(!home.path("run").exists());
    }
    for (change, parts) in [
        (
            "translation.pool=100000",
            &["`translation.pool`", "65536"][..],
        ),
        (
            "translation.identity=-1",
            &["`translation.identity`", "0 or more"],
        ),
        ("generator.width=0", &["width"]),
        ("data.size=[10,10]", &["10×10", "multiples of 4"]),
        ("discriminator.layers=4", &["layers", "28×28"]),
        (
            "game.penalties=[{kind=\"r1\",gamma=1.0,form=\"exact\"}]",
            &["auto or directional", "discriminator.kind = \"patch\""],
        ),
        (
            "generator={kind=\"mlp\",hidden=[4],output=\"linear\"}",
            &["`generator.output` is linear", "tanh or sigmoid"],
        ),
    ] {
        let line = format!(
            "train cyclegan-2017-mnist-small --data digits --set data.take=900 --set target.source=digits \
             --set target.skip=900 --set target.take=800 --set data.size=[28,28] --set target.size=[28,28] --set evaluation.samples=100 \
             --set {change} --out run"
        );
        let line = match change {
            "data.size=[10,10]" => format!("{line} --set target.size=[10,10]"),
            _ => line,
        };
        let complaint = home.refuses(1, &line);
        for part in parts {
            assert!(complaint.contains(part), "{complaint}");
        }
    }
    home.squares("squares", 40, 8);
    let line = "train cyclegan-2017-mnist-small --data digits --set data.take=900 --set target.source=folder:squares --set target.skip=0 \
                --set evaluation.samples=20 --set run.batch=16 --set data.size=[8,8] --set target.size=[8,8] --set discriminator.layers=1 --out run";
    let complaint = home.refuses(1, line);
    assert!(complaint.contains("`target.take`"), "{complaint}");
    let line = "train digits --set target.source=digits --out run";
    assert!(home.refuses(1, line).contains("`target`"));
    let line = "train digits --set generator={kind=\"translator\",network={kind=\"mlp\",hidden=[8]}} --out run";
    let complaint = home.refuses(1, line);
    assert!(complaint.contains("`generator.kind`"), "{complaint}");
    home.does("train digits --images 64 --set run.tick=64 --set run.samples=4 --out digits");
    let line = "translate digits --input digits --direction a-to-b -o x.npy";
    let complaint = home.refuses(1, line);
    assert!(complaint.contains("two domains"), "{complaint}");
}

#[test]
fn a_penalty_on_patches_takes_finite_differences() {
    let home = Home::new();
    for (form, out) in [("auto", "auto"), ("directional", "directional")] {
        home.does(&format!(
            "train cyclegan-2017-mnist-small {OUTLINES} \
             --set game.penalties=[{{kind=\"r1\",gamma=1.0,form=\"{form}\"}}] --out {out}"
        ));
        let last = home.metrics(out).pop().unwrap();
        assert!(last["penalty"].as_f64().unwrap() > 0.0, "{last}");
    }
}

#[test]
fn a_curriculum_longer_than_the_run_is_warned_of() {
    let home = Home::new();
    let line = format!(
        "train discogan-2017-points-small {SMALL} --set translation.curriculum=3200 --out run"
    );
    let ended = home.run(&line);
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert!(
        ended.stderr.contains("`translation.curriculum` is 3200"),
        "{ended:?}"
    );
    train(&home, "--set translation.curriculum=3199", "other");
}
