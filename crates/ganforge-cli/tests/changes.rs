//! Changes on resuming: which are accepted, which are refused with both values; and fine-tuning.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use support::{Ended, Home};

const SMALL: &str = "--set generator.hidden=[8] --set discriminator.hidden=[8] --set run.batch=32 \
                     --set run.tick=320 --set run.checkpoint=640 --set run.samples=4";

#[test]
fn edits_of_a_recipe_file_are_taken_and_named() {
    let home = Home::new();
    let text = home
        .does("recipes digits")
        .replace("images = 512000", "images = 3200");
    assert!(text.contains("images = 3200"), "{text}");
    home.write("mine.toml", &text);
    home.does("train mine.toml --set run.tick=640 --out run");
    let edited = text
        .replace("images = 3200", "images = 6400")
        .replace("half_life = 10000", "half_life = 5000");
    home.write("mine.toml", &edited);
    let printed = home.does("train mine.toml --resume --out run");
    for part in [
        "changed: run.images = 3200, now 6400",
        "changed: average.half_life = ",
    ] {
        assert!(printed.contains(part), "{printed}");
    }
    // What --set said at the beginning still holds.
    assert_eq!(home.metrics("run").len(), 10);
    let printed = home.does("train mine.toml --resume --out run");
    assert!(!printed.contains("changed"), "{printed}");
    home.write("mine.toml", edited.replace("batch = 64", "batch = 32"));
    let complaint = home.refuses(1, "train mine.toml --resume --out run");
    assert!(complaint.contains("run.batch = "), "{complaint}");
    // The file is gone: the run has its own.
    std::fs::remove_file(home.path("mine.toml")).unwrap();
    home.does("train mine.toml --resume --images 6464 --out run");
    home.does("train run/recipe.toml --resume --images 6528 --out run");
}

#[test]
fn a_run_resumes_with_its_own_recipe_alone() {
    let home = Home::new();
    home.does(&format!("train digits {SMALL} --images 640 --out run"));
    let complaint = home.refuses(1, "train mnist-dcgan --resume --images 1280 --out run");
    for part in ["run of the recipe `digits`", "`mnist-dcgan`"] {
        assert!(complaint.contains(part), "{complaint}");
    }
    // An edit of the run's own copy counts, too.
    let recipe = home.text("run/recipe.toml");
    home.write(
        "run/recipe.toml",
        recipe.replace("images = 640", "images = 1280"),
    );
    home.does("train digits --resume --out run");
    assert_eq!(home.metrics("run").len(), 4);
    home.write(
        "run/recipe.toml",
        recipe.replace("batch = 32", "batch = 16"),
    );
    let complaint = home.refuses(1, "train digits --resume --images 2560 --out run");
    assert!(complaint.contains("run.batch = 32, now 16"), "{complaint}");
}

#[test]
fn what_may_not_change_is_refused_with_both_values() {
    let home = Home::new();
    home.does(&format!("train digits {SMALL} --images 640 --out run"));
    let before = home.names("run/checkpoint");
    for (change, told) in [
        ("--set run.batch=64", "run.batch = 32, now 64"),
        ("--seed 5", "run.seed = 0, now 5"),
        (
            "--set optimizer.generator.kind=sgd",
            "optimizer.generator.kind = \"adam\", now \"sgd\"",
        ),
        (
            "--set generator.activation=tanh",
            "generator.activation = \"relu\", now \"tanh\"",
        ),
        (
            "--set generator.latent_distribution=uniform",
            "generator.latent_distribution = \"normal\", now \"uniform\"",
        ),
        (
            "--set generator.output=sigmoid",
            "generator.output = \"tanh\", now \"sigmoid\"",
        ),
        (
            "--set game.payoff=hinge",
            "game.payoff = \"non-saturating\", now \"hinge\"",
        ),
        (
            "--set generator.hidden=[9]",
            "generator.hidden = [8], now [9]",
        ),
        ("--set data.labels=true", "data.labels = false, now true"),
        ("--set data.flip=true", "data.flip = false, now true"),
        (
            "--set optimizer.discriminator.clip_norm=1.0",
            "optimizer.discriminator.clip_norm was absent, now 1.0",
        ),
    ] {
        let line = format!("train digits --resume --images 1280 {change} --out run");
        let complaint = home.refuses(1, &line);
        assert!(complaint.contains(told), "{change}: {complaint}");
        assert!(complaint.contains("--from"), "{change}: {complaint}");
    }
    assert_eq!(home.names("run/checkpoint"), before);
    let all = "--set optimizer.generator.rate=1e-4 --set optimizer.discriminator.schedule={kind=\"linear\",floor=0.5} \
               --set run.tick=640 --set run.samples=9 --set run.checkpoint=320 --set run.keep=2 --set average.half_life=99 \
               --set evaluation.metrics=[\"recall\"] --set evaluation.samples=50";
    let printed = home.does(&format!(
        "train digits --resume --images 1920 {all} --out run"
    ));
    for key in [
        "run.images = 640, now 1920",
        "optimizer.generator.rate = ",
        "run.keep = 1, now 2",
        "evaluation.metrics was absent",
    ] {
        assert!(
            printed.contains(&format!("changed: {key}")),
            "{key}: {printed}"
        );
    }
}

#[test]
fn an_average_can_be_added_and_removed() {
    let home = Home::new();
    let plain = home.does("recipes digits");
    let start = plain.find("[average]").unwrap();
    let end = start + 1 + plain[start + 1..].find("\n[").unwrap();
    let without = format!("{}{}", &plain[..start], &plain[end..]);
    home.write("mine.toml", &without);
    home.does(&format!("train mine.toml {SMALL} --images 640 --out run"));
    home.write("mine.toml", &plain);
    let printed = home.does("train mine.toml --resume --set run.images=1280 --out run");
    assert!(
        printed.contains("changed: average.half_life was absent"),
        "{printed}"
    );
    home.write("mine.toml", &without);
    let printed = home.does("train mine.toml --resume --set run.images=1920 --out run");
    assert!(printed.contains("now absent"), "{printed}");
    // Without an average, moments and weights continue as if there had never been one.
    home.does(&format!(
        "train mine.toml {SMALL} --images 1920 --out whole"
    ));
    assert_eq!(home.text("run/metrics.jsonl").lines().count(), 6);
}

#[test]
fn other_data_are_refused_with_both_counts_or_accepted() {
    let home = Home::new();
    home.squares("images", 40, 8);
    let what = "--set run.batch=8 --set run.tick=80 --set run.samples=4 \
                --set evaluation.metrics=[\"recall\"] --set evaluation.samples=20";
    home.does(&format!(
        "train digits --data folder:images {what} --images 160 --out run"
    ));
    home.squares("images", 50, 8);
    let line = "train digits --resume --images 320 --out run";
    let complaint = home.refuses(1, line);
    for part in ["40 images", "50 images", "--accept-data", "--from"] {
        assert!(complaint.contains(part), "{complaint}");
    }
    let Ended { status, stderr, .. } = home.run(&format!("{line} --accept-data"));
    assert_eq!(status, Some(0), "{stderr}");
    assert!(
        stderr.starts_with("warning: the data changed after 160 images"),
        "{stderr}"
    );
    let manifest = home.json("run/checkpoint/manifest.json");
    let change = &manifest["data_changes"][0];
    assert_eq!(change["after_images"], 160);
    assert_eq!([&change["from_images"], &change["to_images"]], [40, 50]);
    assert_eq!(manifest["data_images"], 50);
    home.does("train digits --resume --images 400 --out run");
    let complaint = home.refuses(2, "train digits --accept-data --out other");
    assert!(complaint.contains("--resume"), "{complaint}");
}

#[test]
fn a_moved_folder_is_the_same_data() {
    let home = Home::new();
    home.squares("images", 40, 8);
    let what = "--set run.batch=8 --set run.tick=80 --set run.samples=4";
    home.does(&format!(
        "train digits --data folder:images {what} --images 160 --out run"
    ));
    let mut elsewhere = home.command("train digits --resume --images 240 --out ../run");
    std::fs::create_dir(home.path("sub")).unwrap();
    elsewhere.current_dir(home.path("sub"));
    assert_eq!(Ended::of(elsewhere).status, Some(0));
    std::fs::rename(home.path("images"), home.path("photos")).unwrap();
    home.refuses(1, "train digits --resume --images 320 --out run");
    home.does("train digits --resume --data folder:photos --images 320 --out run");
}

#[test]
fn fine_tuning_begins_with_the_weights_of_a_run_a_checkpoint_or_a_model() {
    let home = Home::new();
    home.does(&format!("train digits {SMALL} --images 1280 --out base"));
    home.does("sample base -n 4 -o base.npy");
    for from in [
        "base",
        "base/checkpoint/step-000000040",
        "base/model.safetensors",
    ] {
        let still = "--set optimizer.generator={kind=\"sgd\",rate=1e-12} --set optimizer.discriminator={kind=\"sgd\",rate=1e-12}";
        let line =
            format!("train digits {SMALL} {still} --images 32 --seed 7 --from {from} --out tuned");
        let Ended { status, stderr, .. } = home.run(&line);
        assert_eq!(status, Some(0), "{stderr}");
        let has_discriminator = from != "base/model.safetensors";
        let told = stderr.contains("has no discriminator");
        assert_eq!(told, !has_discriminator, "{from}: {stderr}");
        assert_eq!(home.json("tuned/checkpoint/manifest.json")["from"], from);
        home.does("sample tuned -n 4 -o tuned.npy");
        assert!(
            close(&home.read("base.npy"), &home.read("tuned.npy")),
            "{from}"
        );
        std::fs::remove_dir_all(home.path("tuned")).unwrap();
    }
    let both = home.run("train digits --from base --resume --out base");
    assert_eq!(both.status, Some(2), "{both:?}");
    let complaint = home.refuses(1, "train digits --from nowhere --out new");
    assert!(complaint.contains("nowhere"), "{complaint}");
}

/// Whether two arrays of 32-bit floats agree to 1e-3.
fn close(one: &[u8], other: &[u8]) -> bool {
    let numbers = |bytes: &[u8]| -> Vec<f32> {
        let floats = bytes[128..].chunks_exact(4);
        floats
            .map(|four| f32::from_le_bytes(four.try_into().unwrap()))
            .collect()
    };
    let (one, other) = (numbers(one), numbers(other));
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| (a - b).abs() < 1e-3)
}

#[test]
fn layers_that_do_not_fit_are_named_and_begin_untrained() {
    let home = Home::new();
    home.does(&format!("train digits {SMALL} --images 640 --out base"));
    let line = format!(
        "train digits {SMALL} --set generator.hidden=[8,6] --images 640 --from base --out tuned"
    );
    let Ended { status, stderr, .. } = home.run(&line);
    assert_eq!(status, Some(0), "{stderr}");
    assert!(stderr.contains("begins untrained"), "{stderr}");
    let complaint = home.refuses(
        1,
        &format!("train digits {SMALL} --set generator.hidden=[9] --set generator.latent=5 --set data.size=[4,4] --set data.resize=stretch --from base --out none"),
    );
    assert!(complaint.contains("no layer of base fits"), "{complaint}");
    assert!(!home.path("none").exists());
}

#[test]
fn a_fine_tuned_run_that_is_killed_early_begins_with_its_weights_again() {
    let home = Home::new();
    home.does(&format!("train digits {SMALL} --images 640 --out base"));
    let what = format!("{SMALL} --set run.checkpoint=64000 --images 12800 --from base");
    home.does(&format!("train digits {what} --out whole"));
    let mut run = home.start(&format!("train digits {what} --out parts"));
    run.ticks(1);
    run.signal("KILL");
    run.wait();
    assert_eq!(home.json("parts/checkpoint/manifest.json")["images"], 0);
    home.does("train digits --resume --out parts");
    home.assert_same_run("whole", "parts");
}
