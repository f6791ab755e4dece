//! Trains the digit classifier of `ganforge-eval` and puts its weights where they are built in.

use crate::step;

/// Where evaluation finds the weights.
const FILE: &str = "crates/ganforge-eval/src/spaces/digits.safetensors";

/// Runs the example that trains it, on the IDX files of `--mnist DIR`.
pub fn run(options: &[&str]) -> Result<(), String> {
    let mnist = match *options {
        [] => "../shared/data/mnist",
        ["--mnist", folder] => folder,
        [option, ..] => {
            return Err(format!(
                "digit-classifier: `{option}` is no option with a value"
            ));
        }
    };
    // The everyday build: its dependencies and kernels are optimised, and it is there already.
    let build = ["build", "--workspace", "--bin", "digit-classifier"];
    step::run(&mut step::command("cargo", &build))?;
    let program = step::workspace_root().join("target/debug/digit-classifier");
    step::run(&mut step::command(program, &[mnist, FILE]))?;
    println!(
        "state its accuracy and digest in crates/ganforge-eval/src/spaces/digit_classifier.rs"
    );
    Ok(())
}
