//! A system from outside the workspace's crates gets all that the built-in ones have.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::fs;
use std::path::Path;
use std::process::Command;

use burn::tensor::Device;
use ganforge_model::ModelFile;

fn trained(out: &Path, changes: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_custom-system"))
        .arg(out)
        .args(["run.batch=32", "run.tick=160", "run.samples=9"])
        .args(changes)
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
}

#[test]
fn it_trains_resumes_and_ships_a_model_that_every_tool_opens() {
    let home = tempfile::tempdir().unwrap();
    let [whole, parts] = ["whole", "parts"].map(|name| home.path().join(name));
    trained(&whole, &["run.images=640"]);
    trained(&parts, &["run.images=320"]);
    trained(&parts, &["run.images=640"]);
    let [one, other] = [&whole, &parts].map(|out| fs::read(out.join("model.safetensors")).unwrap());
    assert!(one == other, "a resumed run is the uninterrupted one");
    assert!(whole.join("samples/000000640.png").is_file());

    let model: ModelFile = ModelFile::open(&whole.join("model.safetensors")).unwrap();
    assert_eq!(model.card.recipe, "custom-system");
    assert!(model.network(&Device::flex()).is_ok());
}

#[test]
fn penalties_with_a_state_follow_each_critic() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("run");
    let penalties = "game.penalties=[{kind=\"lecam\"},{kind=\"spectral-norm\"}]";
    trained(&out, &["run.images=320", penalties]);
    let metrics = fs::read_to_string(out.join("metrics.jsonl")).unwrap();
    assert_eq!(metrics.lines().count(), 2);
}
