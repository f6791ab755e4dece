//! The program draws the picture that the library draws.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::process::Command;

use ganforge::{GridOptions, SampleOptions, Sampler};

const MODEL: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../crates/ganforge-infer/tests/fixture/digits.safetensors"
);

#[test]
fn a_model_file_becomes_a_picture() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("digits.png");
    let run = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_embed"))
            .args(arguments)
            .output()
            .unwrap()
    };
    let path = output.to_str().unwrap();
    let ended = run(&[MODEL, path, "7"]);
    assert!(ended.status.success(), "{ended:?}");
    let images = Sampler::open(MODEL)
        .unwrap()
        .sample(&SampleOptions::new(16, 7))
        .unwrap();
    let expected = images.grid(&GridOptions::default()).unwrap();
    assert_eq!(image::open(&output).unwrap(), expected);

    let ended = run(&["missing.safetensors", path]);
    assert_eq!(ended.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("missing.safetensors"));
}
