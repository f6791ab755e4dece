//! `InfoGAN` through the binary: training, its metric, samples of one code, kill and resume, and what is refused.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use support::Home;

const SMALL: &str = "--images 6400 --set run.tick=1280 --set run.checkpoint=1920 --set run.samples=20 \
                     --set generator.hidden=[16] --set discriminator.hidden=[16] \
                     --set evaluation.samples=100 --set evaluation.every=1";

#[test]
fn codes_are_the_classes_of_samples() {
    let home = Home::new();
    home.does(&format!(
        "train infogan-2016-digits-small {SMALL} --out run"
    ));
    let ticks = home.metrics("run");
    let error = ticks.last().unwrap()["code_error"].as_f64().unwrap();
    assert!((0.0..0.95).contains(&error), "{error}");
    let first = ticks[0]["categorical_loss"].as_f64().unwrap();
    let last = ticks.last().unwrap()["categorical_loss"].as_f64().unwrap();
    assert!(last < first, "{first} to {last}");
    assert!(ticks.iter().all(|tick| tick["continuous_loss"].is_f64()));
    home.does("sample run -n 4 --class 3 -o code.npy");
    home.does("sample run -n 4 --class 4 -o other.npy");
    assert_ne!(home.read("code.npy"), home.read("other.npy"));
    assert!(
        home.refuses(2, "sample run --class 10 -o x.npy")
            .contains("class")
    );
    home.does("features run --data digits -n 3 -o features.npy");
}

#[test]
fn a_killed_run_goes_on_to_the_same_bytes() {
    let home = Home::new();
    home.does(&format!(
        "train infogan-2016-digits-small {SMALL} --out whole"
    ));
    let mut run = home.start(&format!(
        "train infogan-2016-digits-small {SMALL} --out parts"
    ));
    run.ticks(2);
    run.signal("KILL");
    run.wait();
    home.does("train infogan-2016-digits-small --resume --out parts");
    home.assert_same_run("whole", "parts");
}

#[test]
fn what_cannot_be_learned_is_refused_in_one_line() {
    let home = Home::new();
    for (change, parts) in [
        ("categories=1", ["`categories` is 1", "2 or more"]),
        ("continuous=33", ["`continuous` is 33", "32"]),
        ("data.labels=true", ["`data.labels`", "without labels"]),
        (
            "discriminator.conditioning=projection",
            ["`discriminator.conditioning`", "auxiliary"],
        ),
        ("game.packing=2", ["`game.packing` is 2", "codes"]),
        (
            "continuous_weight=-1",
            ["`continuous_weight` is -1", "0 or more"],
        ),
    ] {
        let line = format!("train infogan-2016-digits-small --set {change} --out run");
        let complaint = home.refuses(1, &line);
        for part in parts {
            assert!(complaint.contains(part), "{complaint}");
        }
        assert!(!home.path("run").exists());
    }
}
