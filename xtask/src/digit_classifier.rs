//! Trains the digit classifier of `ganforge-eval` and replaces its built-in weights.

use crate::step;

/// The file of the weights.
const FILE: &str = "crates/ganforge-eval/src/spaces/digits.safetensors";

/// Runs the example that trains it, on the IDX files of `--mnist DIR`.
pub fn run(options: &[&str]) -> Result<(), String> {
    let mnist = match *options {
        [] => "../shared/data/mnist",
        ["--mnist", folder] => folder,
        [option, ..] => {
            return Err(format!(
                "digit-classifier: `{option}` is not an option with a value"
            ));
        }
    };
    // The dev build optimises dependencies and kernels.
    let build = ["build", "--workspace", "--bin", "digit-classifier"];
    step::run(&mut step::command("cargo", &build))?;
    let program = step::workspace_root().join("target/debug/digit-classifier");
    step::run(&mut step::command(program, &[mnist, FILE]))?;
    println!(
        "update its accuracy and digest in crates/ganforge-eval/src/spaces/digit_classifier.rs"
    );
    Ok(())
}
