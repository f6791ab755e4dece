//! All checks of a change, the quickest first.

use std::process::Command;

use crate::{step, tidy};

/// Runs every check and stops at the first that fails.
pub fn run() -> Result<(), String> {
    step::run(&mut cargo(&["fmt", "--all", "--check"]))?;
    // `--locked` on the first command that resolves dependencies: the lock file must be up to date.
    step::run(&mut cargo(&[
        "clippy",
        "--locked",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))?;
    println!("$ cargo xtask tidy");
    tidy::run(&tidy::Options::default())?;
    // Every path dependency has a version, and what a manifest names exists.
    step::run(&mut cargo(&[
        "package",
        "--workspace",
        "--no-verify",
        "--allow-dirty",
        "--quiet",
    ]))?;
    step::run(&mut cargo(&["test", "--workspace"]))?;
    step::run(cargo(&["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))?;
    backends(Networks::Quick)
}

/// Which networks [`backends`] runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Networks {
    /// One of each kind of operation.
    Quick,
    /// Those of every system.
    All,
}

/// Runs the same weights on flex, ndarray and wgpu.
///
/// Other features rebuild Burn, so this build has a target folder of its own. It enables `wgpu` alone: with `vulkan`, Burn compiles its
/// kernels to SPIR-V instead of WGSL, which every other machine uses, and takes longer to build. Debug information is off to save time.
pub fn backends(networks: Networks) -> Result<(), String> {
    let mut command = cargo(&[
        "test",
        "--target-dir",
        "target/wgpu",
        "--config",
        "profile.dev.debug=false",
        "-p",
        "ganforge-cli",
        "--features",
        "wgpu,ndarray",
        "--test",
        "backends",
    ]);
    if networks == Networks::All {
        command.env("GANFORGE_ALL_NETWORKS", "1");
    }
    step::run(&mut command).map(drop)
}

fn cargo(arguments: &[&str]) -> Command {
    step::command("cargo", arguments)
}
