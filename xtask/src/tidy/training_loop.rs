//! Only the rooms that run a training name `burn::train`: the rest of `ganforge-train` is for programs without it, such as a browser.

use super::code;
use super::imports::imports;
use super::tokens::tokens;
use super::violation::Violation;
use super::workspace::TextFile;

const SOURCE: &str = "crates/ganforge-train/src/";

/// Rooms and files of that folder that may name it.
const MAY: [&str; 4] = ["bench/", "run/", "session/", "train.rs"];

/// Reports each other line that names it.
pub fn check(file: &TextFile) -> Vec<Violation> {
    let outside = file
        .path
        .strip_prefix(SOURCE)
        .is_some_and(|within| !MAY.iter().any(|may| within.starts_with(may)));
    if !outside {
        return Vec::new();
    }
    let shipped: Vec<usize> = code::shipped(file).map(|(line, _)| line).collect();
    let tokens = tokens(&file.text);
    imports(&tokens)
        .paths
        .into_iter()
        .filter(|path| {
            matches!(
                path.segments[..],
                ["burn", "train", ..] | ["burn_train", ..]
            )
        })
        .filter(|path| shipped.contains(&path.line))
        .map(|path| {
            Violation::new(
                format!("{}:{}", file.path, path.line),
                format!(
                    "`{}` belongs to the training loop",
                    path.segments.join("::")
                ),
                format!("only {} name burn::train", MAY.join(", ")),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let file = TextFile {
            path: path.into(),
            text: text.into(),
        };
        check(&file).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_import_outside_the_loop_is_reported_in_any_form() {
        let path = "crates/ganforge-train/src/telemetry/totals.rs";
        for text in [
            "use burn::train::metric::Numeric;\n",
            "use burn::{tensor::Tensor, train::Learner};\n",
            "fn f(x: burn::train::Learner) {}\n",
        ] {
            let found = found(path, text);
            assert_eq!(found.len(), 1, "{text}");
            assert!(found[0].starts_with(&format!("{path}:1: `burn::train::")));
        }
        assert!(found(path, "use burn::tensor::Tensor; // burn::train\n").is_empty());
    }

    #[test]
    fn the_loop_its_tests_and_other_crates_may() {
        let text = "use burn::train::Learner;\n";
        for path in [
            "crates/ganforge-train/src/train.rs",
            "crates/ganforge-train/src/run/checkpoint/folder.rs",
            "crates/ganforge-train/src/game/tests.rs",
            "crates/ganforge-cli/src/renderer.rs",
        ] {
            assert!(found(path, text).is_empty(), "{path}");
        }
    }
}
