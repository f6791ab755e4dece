//! What a change must pass, in the order that fails soonest.

use std::process::Command;

use crate::{step, tidy};

/// Runs every check and stops at the first that fails.
pub fn run() -> Result<(), String> {
    step::run(&mut cargo(&["fmt", "--all", "--check"]))?;
    // The first command that resolves dependencies insists on the committed lock file.
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
    step::run(&mut cargo(&["test", "--workspace"]))?;
    step::run(cargo(&["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))?;
    backends()
}

/// Runs the same weights on flex, ndarray and wgpu.
///
/// A feature flip rebuilds Burn, so this build has a target folder of its own and leaves the everyday
/// one warm. It is `wgpu` alone: with `vulkan` beside it, Burn compiles its kernels to SPIR-V instead of
/// the WGSL that every other machine gets, and takes longer to build. The check is small and the build
/// is not, so dependencies are hardly optimised and carry no debug information.
pub fn backends() -> Result<(), String> {
    step::run(&mut cargo(&[
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
    ]))?;
    Ok(())
}

fn cargo(arguments: &[&str]) -> Command {
    step::command("cargo", arguments)
}
