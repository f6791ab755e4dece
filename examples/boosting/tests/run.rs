//! The program writes a run directory with a report.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn run(out: &Path, line: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_boosting"))
        .args(line.split_whitespace())
        .arg("--out")
        .arg(out)
        .output()
        .unwrap()
}

fn refusal(output: &Output) -> &str {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = std::str::from_utf8(&output.stderr).unwrap();
    assert_eq!(text.trim_end().lines().count(), 1, "{text}");
    text
}

#[test]
fn a_run_leaves_metrics_samples_a_model_and_a_report() {
    let home = tempfile::tempdir().unwrap();
    let [one, two] = ["one", "two"].map(|name| home.path().join(name));
    for out in [&one, &two] {
        let output = run(out, "bars --features 12 --sampling gibbs --sweeps 3 --rbm");
        assert!(output.status.success(), "{output:?}");
    }
    let text = fs::read_to_string(one.join("metrics.jsonl")).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 13);
    assert_eq!(lines[12]["images"], 36_000);
    let likelihood = |line: &Value| line["log_likelihood_train"].as_f64().unwrap();
    assert!(likelihood(&lines[12]) > likelihood(&lines[0]) + 1.0);
    let report = fs::read_to_string(one.join("report.html")).unwrap();
    for part in [
        "<svg",
        "samples/000010.png",
        "rbm.png",
        "restricted Boltzmann machine of 12",
    ] {
        assert!(report.contains(part), "{part}");
    }
    for file in [
        "settings.toml",
        "model.json",
        "samples/000000.png",
        "samples/000012.png",
    ] {
        assert!(one.join(file).is_file(), "{file}");
    }
    // The same seed gives the same bytes.
    for file in ["metrics.jsonl", "model.json", "report.html", "rbm.png"] {
        assert_eq!(
            fs::read(one.join(file)).unwrap(),
            fs::read(two.join(file)).unwrap(),
            "{file}"
        );
    }
}

#[test]
fn wrong_options_and_full_folders_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("run");
    let output = run(&out, "digits-8x8 --sampling exact");
    assert!(refusal(&output).contains("64 pixels"));
    let output = run(&out, "bars --decay -1");
    assert_eq!(output.status.code(), Some(2));
    let output = run(&out, "bars --decay nan");
    assert!(refusal(&output).contains("--decay"));
    assert!(!out.exists());
    fs::create_dir(&out).unwrap();
    fs::write(out.join("mine.txt"), "mine").unwrap();
    let output = run(&out, "bars --features 1");
    assert!(refusal(&output).contains("not empty"));
}
