//! The semi-supervised system through the binary: training, its metric, `classify`, kill and resume, and what is refused.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use support::Home;

const SMALL: &str = "--images 6500 --set run.tick=1300 --set run.checkpoint=1950 --set run.samples=4 \
                     --set generator.hidden=[16] --set classifier.hidden=[32,16] \
                     --set evaluation.samples=100 --set evaluation.every=1 --set average.half_life=500";

#[test]
fn a_run_ships_a_classifier_whose_error_is_the_metric_of_the_run() {
    let home = Home::new();
    home.does(&format!(
        "train salimans-2016-digits-small {SMALL} --out run"
    ));
    let ticks = home.metrics("run");
    let error = ticks.last().unwrap()["error"].as_f64().unwrap();
    assert!((0.0..0.9).contains(&error), "{error}");
    assert!(ticks.iter().all(|tick| tick["supervised_loss"].is_f64()));
    assert!(home.text("run/report.html").contains("error"));

    let printed = home.does("classify run --data digits --json");
    let report: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(report["images"], 1797);
    let classes = report["classes"].as_array().unwrap();
    assert_eq!(classes.len(), 1797);
    let wrong = report["wrong"].as_u64().unwrap();
    assert!(wrong > 0 && wrong < 1797, "{wrong}");
    let table = home.does("classify run --data digits");
    assert!(table.contains(&format!("{wrong} of 1797")), "{table}");
    home.does("sample run -n 4 -o grid.png");

    let printed = home.does("evaluate run --data digits --metrics frechet --samples 100 --json");
    assert!(printed.contains("frechet"), "{printed}");
}

#[test]
fn a_killed_run_goes_on_to_the_same_bytes() {
    let home = Home::new();
    home.does(&format!(
        "train salimans-2016-digits-small {SMALL} --out whole"
    ));
    let mut run = home.start(&format!(
        "train salimans-2016-digits-small {SMALL} --out parts"
    ));
    run.ticks(2);
    run.signal("KILL");
    run.wait();
    home.does("train salimans-2016-digits-small --resume --out parts");
    home.assert_same_run("whole", "parts");
}

#[test]
fn what_the_system_does_not_play_is_refused_in_one_line() {
    let home = Home::new();
    for (change, parts) in [
        (
            "game.payoff=hinge",
            &["`game.payoff`", "hinge", "non-saturating"][..],
        ),
        (
            "game.penalties=[{kind=\"r1\",gamma=1}]",
            &["`game.penalties`", "semi-supervised"],
        ),
        ("data.labels=true", &["`data.labels`", "data.labelled"]),
        ("unlabelled_weight=-1", &["`unlabelled_weight`", "-1"]),
        ("classifier.classes=7", &["`classifier.classes` is 7", "10"]),
        ("data.labelled=100000", &["100000"]),
    ] {
        let line = format!("train salimans-2016-digits-small --set {change} --out run");
        let complaint = home.refuses(1, &line);
        for part in parts {
            assert!(complaint.contains(part), "{complaint}");
        }
        assert!(!home.path("run").exists());
    }
    let line = "train digits --set data.labelled=3 --out run";
    assert!(home.refuses(1, line).contains("`data.labelled`"));
}

#[test]
fn a_model_without_a_classifier_is_named() {
    let home = Home::new();
    home.does("train digits --images 64 --set run.tick=64 --set run.samples=4 --out run");
    let complaint = home.refuses(1, "classify run --data digits");
    assert!(complaint.contains("classifier"), "{complaint}");
    home.does(
        "train digits --images 64 --set run.tick=64 --set run.samples=4 --ship-discriminator --out both",
    );
    assert!(home.read("both/model.safetensors").len() > home.read("run/model.safetensors").len());
    home.does("sample both -n 2 -o grid.png");
}
