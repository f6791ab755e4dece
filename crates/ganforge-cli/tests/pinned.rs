//! Training gives the same numbers as before: digests of what eight short runs leave, on one thread.
//!
//! A change of layout, names or types must not change one of them. A change of a kernel or a formula may: `tests/pinned.json` is then replaced by what this
//! test prints, in a commit of its own that says why. Rounding depends on the instruction set, so there is a set of digests for each that was at hand.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;
use sha2::{Digest, Sha256};
use support::{Ended, Home};

/// Digests by instruction set and run.
type Pinned = BTreeMap<String, BTreeMap<String, [String; 2]>>;

const PINNED: &str = include_str!("pinned.json");

/// Three ticks of each.
const MLP: &str = "--images 1920 --set run.tick=640";
const POINTS: &str = "--images 3072 --set run.tick=1024 --set run.samples=9";
const DCGAN: &str = "--images 384 --set run.tick=128";

const RUNS: [(&str, &str, &str); 8] = [
    ("digits", "digits", MLP),
    ("digits-conditional", "digits-conditional", MLP),
    ("ring8", "ring8", POINTS),
    (
        "dcgan-one-stage",
        "dcgan.toml",
        "--set game.update=one-stage",
    ),
    ("dcgan-odd-even", "dcgan.toml", "--set game.update=odd-even"),
    (
        "dcgan-r1",
        "dcgan.toml",
        r#"--set game.penalties=[{kind="r1",gamma=1.0}]"#,
    ),
    (
        "dcgan-spectral-hinge",
        "dcgan.toml",
        r#"--set game.payoff=hinge --set game.penalties=[{kind="spectral-norm"}] "#,
    ),
    (
        "dcgan-virtual-historical",
        "dcgan.toml",
        "--set generator.norm=virtual-batch --set game.historical_averaging=0.01",
    ),
];

/// What all the DCGANs share.
const RECIPE: &str = r#"
title = "A small DCGAN on digits"
data = { source = "digits", size = [16, 16], resize = "stretch" }
generator = { kind = "dcgan", width = 8, latent = 16 }
discriminator = { kind = "dcgan", width = 8, batch_norm = false }
game = { payoff = "non-saturating" }
average = { half_life = 500 }
[optimizer.generator]
kind = "adam"
rate = 2e-4
betas = [0.5, 0.999]
[optimizer.discriminator]
kind = "adam"
rate = 2e-4
betas = [0.5, 0.999]
[run]
images = 384
batch = 16
tick = 128
samples = 9
"#;

#[test]
fn training_gives_the_numbers_it_gave_before() {
    let pinned: Pinned = serde_json::from_str(PINNED).unwrap();
    let instructions = instruction_set();
    let home = Home::new();
    home.write("dcgan.toml", RECIPE);
    let mut found = BTreeMap::new();
    for (name, recipe, what) in RUNS {
        let length = if recipe == "dcgan.toml" { DCGAN } else { "" };
        let line = format!("train {recipe} {what} {length} --device flex --out {name}");
        let mut command = home.command(&line);
        command.env("RAYON_NUM_THREADS", "1");
        let ended = Ended::of(command);
        assert_eq!(ended.status, Some(0), "{line}: {ended:?}");
        let digests = [tensors(&home, name), metrics(&home, name)];
        found.insert(name.to_owned(), digests);
    }
    match pinned.get(instructions) {
        Some(expected) => assert_eq!(
            expected,
            &found,
            "found: {}",
            serde_json::to_string_pretty(&found).unwrap()
        ),
        None => println!(
            "skipped: no digests were stored for {instructions}; found: {}",
            serde_json::to_string_pretty(&found).unwrap()
        ),
    }
}

/// What the kernels choose by.
fn instruction_set() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            return "x86-64-v4";
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            return "x86-64-v3";
        }
    }
    std::env::consts::ARCH
}

/// A digest of the bytes of every tensor in the model file, whatever its name and place.
fn tensors(home: &Home, run: &str) -> String {
    let bytes = home.read(&format!("{run}/model.safetensors"));
    let length = usize::try_from(u64::from_le_bytes(bytes[..8].try_into().unwrap())).unwrap();
    let header: BTreeMap<String, Value> = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    let data = &bytes[8 + length..];
    let mut tensors: Vec<String> = header
        .iter()
        .filter(|(name, _)| *name != "__metadata__")
        .map(|(_, tensor)| {
            let at = |end: usize| {
                usize::try_from(tensor["data_offsets"][end].as_u64().unwrap()).unwrap()
            };
            hex::encode(Sha256::digest(&data[at(0)..at(1)]))
        })
        .collect();
    tensors.sort();
    hex::encode(Sha256::digest(tensors.concat()))
}

/// The keys of a tick as they were when the digests were stored: later ones may be added.
const KEYS: [&str; 11] = [
    "images",
    "discriminator_loss",
    "generator_loss",
    "score_real",
    "score_fake",
    "accuracy_real",
    "accuracy_fake",
    "jsd_estimate",
    "penalty",
    "discriminator_gradient_norm",
    "generator_gradient_norm",
];

fn metrics(home: &Home, run: &str) -> String {
    let ticks = home.metrics(run);
    assert_eq!(ticks.len(), 3, "{run}");
    let mut text = String::new();
    for tick in ticks {
        for key in KEYS {
            let value = tick.get(key).unwrap_or(&Value::Null);
            writeln!(text, "{key} {value}").unwrap();
        }
    }
    hex::encode(Sha256::digest(text))
}
