//! Protocols of `ganforge evaluate`: which real images samples are compared with, and that a protocol identifies them.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use serde_json::Value;
use support::Home;

/// Fails unless the complaint names everything in `parts`.
#[track_caller]
fn names(complaint: &str, parts: &[&str]) {
    for part in parts {
        assert!(complaint.contains(part), "`{part}` in {complaint}");
    }
}

fn protocol(report: &str) -> Value {
    let report: Value = serde_json::from_str(report).unwrap();
    report["metrics"]["kernel"]["protocol"].clone()
}

#[test]
fn a_class_is_known_by_its_name() {
    let home = Home::new();
    home.squares("pets/cat", 12, 8);
    home.squares("pets/dog", 10, 8);
    home.does(
        "train digits-conditional --data folder:pets --images 64 --set run.samples=4 --set run.batch=8 --out run",
    );
    // There dogs are the third class, in the model the second.
    home.squares("zoo/bird", 9, 8);
    home.squares("zoo/cat", 8, 8);
    home.squares("zoo/dog", 7, 8);
    home.write("zoo/dog/torn.png", "no picture");
    let line = "evaluate run --data folder:zoo --samples 20 --metrics kernel --json --class";
    let ended = home.run(&format!("{line} dog"));
    assert_eq!(ended.status, Some(0), "{ended:?}");
    names(&ended.stderr, &["warning: skipped zoo/dog/torn.png"]);
    let dogs = protocol(&ended.stdout);
    assert_eq!(dogs["reference"], 7);
    assert_eq!(dogs["sampling"]["class"], "dog");
    for line in ["evaluate run --data folder:pets", "sample run -o x.png"] {
        let complaint = home.refuses(2, &format!("{line} --class 2"));
        names(&complaint, &["`class` is 2", "0 (cat), 1 (dog)"]);
    }
    let complaint = home.refuses(2, "evaluate run --data folder:zoo/cat --class dog");
    names(&complaint, &["no class `dog`", "it has none"]);
}

#[test]
fn real_images_are_known_by_their_pixels() {
    let home = Home::new();
    home.squares("photos", 30, 8);
    home.does("train digits --data folder:photos --images 64 --set run.samples=4 --set run.batch=8 --out run");
    let line = "evaluate run --samples 20 --metrics kernel --json --data";
    home.write("before.json", home.does(&format!("{line} folder:photos")));
    let before = protocol(&home.text("before.json"));
    assert_eq!(before["digest"].as_str().unwrap().len(), 32);
    // The same images elsewhere are the same protocol.
    home.squares("moved", 30, 8);
    let report = home.does(&format!("{line} folder:moved --against before.json"));
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["change"]["kernel"], 0.0);
    // Others in the same place are not.
    std::fs::copy(home.path("photos/001.png"), home.path("photos/000.png")).unwrap();
    let complaint = home.refuses(1, &format!("{line} folder:photos --against before.json"));
    names(&complaint, &["before.json", "real images are others"]);
}

#[test]
fn more_real_images_than_samples_can_be_requested() {
    let home = Home::new();
    home.does("train digits --images 128 --set run.samples=4 --set run.batch=8 --out run");
    let line = "evaluate run --data digits --samples 100 --metrics kernel --json --reference";
    for (asked, found) in [(50, 50), (1000, 1000), (60_000, 1797)] {
        let stated = protocol(&home.does(&format!("{line} {asked}")));
        assert_eq!(
            (&stated["samples"], &stated["reference"]),
            (&100.into(), &found.into())
        );
    }
}

#[test]
fn default_metrics_fit_the_data() {
    let home = Home::new();
    let small = "--set data.size=[72,72] --set generator.hidden=[4] --set discriminator.hidden=[4]";
    home.does(&format!(
        "train digits {small} --images 128 --set run.samples=4 --out run"
    ));
    // 5,184 dimensions, and fewer real images than requested.
    let line = "evaluate run --data digits --samples 20 --reference 5000 --json";
    let ended = home.run(line);
    names(
        &ended.stderr,
        &["20 samples and 1797 real images in 5184 dimensions"],
    );
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert!(report["metrics"]["frechet"]["value"].is_number());
    // Too many are refused before any is drawn, and left out if not requested.
    let line = "evaluate run --data digits --samples 4097";
    let complaint = home.refuses(1, &format!("{line} --metrics frechet"));
    names(&complaint, &["in 5184 dimensions", "at most 4096 samples"]);
}

#[test]
fn only_padding_is_cut_off() {
    let home = Home::new();
    home.squares("photos", 30, 28);
    let small = "--set data.size=[32,32] --set generator.width=2 --set discriminator.width=2 --set run.samples=4 --set run.batch=8";
    home.does(&format!(
        "train mnist-dcgan --data folder:photos --set data.resize=stretch {small} --images 64 --out run"
    ));
    let line = "evaluate run --data folder:photos --samples 20 --metrics kernel --json";
    let complaint = home.refuses(2, &format!("{line} --features digits"));
    names(&complaint, &["brought to 32x32 by stretch", "raw features"]);
    assert_eq!(protocol(&home.does(line))["resize"], "stretch to 1x32x32");
    home.does(&format!(
        "train mnist-dcgan --data folder:photos --set data.resize=pad {small} --images 64 --out padded"
    ));
    let line = line.replace("run", "padded");
    let stated = protocol(&home.does(&format!("{line} --features digits")));
    assert_eq!(stated["resize"], "pad to 1x32x32, border cut to 28x28");
}

#[test]
fn a_baseline_measures_real_images() {
    let home = Home::new();
    home.does("train digits --images 128 --set run.samples=4 --out run");
    let line = "evaluate run --data digits --metrics frechet,precision,diversity --baseline";
    let report = home.does(&format!("{line} --samples 800 --json"));
    let report: Value = serde_json::from_str(&report).unwrap();
    let baseline = &report["baseline"];
    assert_eq!(
        (&baseline["images"], &baseline["split"]),
        (&800.into(), &"train".into())
    );
    assert!(baseline["values"].get("diversity").is_none());
    // Digits no model of them has seen lie nearer than the samples of one that has hardly trained.
    let value = |name: &str| baseline["values"][name].as_f64().unwrap();
    let found = |name: &str| report["metrics"][name]["value"].as_f64().unwrap();
    assert!(value("frechet") < 0.2 * found("frechet"), "{report}");
    assert!(
        value("precision") > 0.9 && found("precision") < 0.5,
        "{report}"
    );
    let table = home.does(&format!("{line} --samples 800"));
    names(&table, &["real: 800 of train in their place", "  real 0.9"]);
    let complaint = home.refuses(2, &format!("{line} --samples 1000"));
    names(
        &complaint,
        &["baseline of 1000 samples", "has 797", "fewer samples"],
    );
    // Where the data have another part, it is that one.
    home.does("train ring8 --images 500 --set run.samples=50 --out ring");
    let report = home.does("evaluate ring --data ring8 --samples 500 --baseline --json");
    let baseline = &serde_json::from_str::<Value>(&report).unwrap()["baseline"];
    assert_eq!(
        (&baseline["split"], &baseline["values"]["modes"]),
        (&"test".into(), &8.0.into())
    );
}
