//! Names and lengths of files, and leftovers in them.

use super::code;
use super::violation::Violation;
use super::workspace::TextFile;

/// The most lines of a Rust file.
const LONGEST: usize = 400;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 6] = ["common", "helper", "helpers", "manager", "util", "utils"];

/// Macros of work in progress.
const UNFINISHED: [&str; 3] = ["todo!", "unimplemented!", "dbg!"];

/// Roots of paths that exist on one machine only.
const MACHINE_PATHS: [&str; 4] = ["/work/", "/tmp/", "/home/", "/root/"];

/// The sources of the rules contain what they forbid.
const RULES: &str = "xtask/src/tidy/";

/// Reports everything wrong with one file on its own.
pub fn check(file: &TextFile) -> Vec<Violation> {
    let mut found: Vec<Violation> = name(file).into_iter().chain(length(file)).collect();
    if !file.path.starts_with(RULES) {
        found.extend(unfinished(file));
        found.extend(machine_paths(file));
    }
    found
}

fn name(file: &TextFile) -> Option<Violation> {
    let word = file
        .path
        .split(['/', '.', '_', '-'])
        .find(|word| EMPTY_NAMES.contains(word))?;
    Some(Violation::new(
        &file.path,
        format!("`{word}` says nothing about what is inside"),
        "name the file after its one idea",
    ))
}

fn length(file: &TextFile) -> Option<Violation> {
    let lines = file.text.lines().count();
    (code::is_rust(&file.path) && lines > LONGEST).then(|| {
        Violation::new(
            &file.path,
            format!("{lines} lines, over {LONGEST}"),
            "split it by idea",
        )
    })
}

fn unfinished(file: &TextFile) -> impl Iterator<Item = Violation> {
    let text = if code::is_rust(&file.path) {
        file.text.as_str()
    } else {
        ""
    };
    let code = code::numbered(text).filter(|(_, line)| !code::is_comment(line));
    code.flat_map(move |(number, line)| {
        UNFINISHED
            .into_iter()
            .filter(|macro_name| stands_alone(line, macro_name))
            .map(move |macro_name| {
                Violation::new(
                    format!("{}:{number}", file.path),
                    format!("`{macro_name}` is left in"),
                    "finish it or take it out",
                )
            })
    })
}

fn machine_paths(file: &TextFile) -> impl Iterator<Item = Violation> {
    code::shipped(file).flat_map(move |(number, line)| {
        MACHINE_PATHS
            .into_iter()
            .filter(|folder| stands_alone(line, folder))
            .map(move |folder| {
                Violation::new(
                    format!("{}:{number}", file.path),
                    format!("a path under `{folder}` exists on one machine only"),
                    "take the path from the caller, or make it relative",
                )
            })
    })
}

/// Whether `word` occurs in `line` other than as the end of a longer name, path or address.
fn stands_alone(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        !line[..at].ends_with(|before: char| {
            before.is_alphanumeric() || matches!(before, '_' | '-' | '.' | '}' | ')' | '~' | '*')
        })
    })
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
    fn an_ordinary_file_passes() {
        assert!(
            found(
                "crates/a/src/payoff.rs",
                "//! Payoffs.\n\npub fn hinge() {}\n"
            )
            .is_empty()
        );
    }

    #[test]
    fn a_name_that_says_nothing_is_reported_wherever_it_stands() {
        for path in [
            "crates/a/src/utils.rs",
            "crates/a/src/image_utils.rs",
            "crates/a/tests/common/mod.rs",
            "crates/a/src/run-manager.rs",
            "scripts/helpers.py",
        ] {
            assert_eq!(found(path, "").len(), 1, "{path}");
        }
        assert!(found("crates/a/src/uncommon.rs", "").is_empty());
    }

    #[test]
    fn a_long_file_is_reported_and_the_longest_allowed_is_not() {
        let path = "crates/a/tests/resume.rs";
        assert!(found(path, &"\n".repeat(LONGEST)).is_empty());
        assert_eq!(found(path, &"\n".repeat(LONGEST + 1)).len(), 1);
        assert!(found("recipes/long.csv", &"\n".repeat(LONGEST + 1)).is_empty());
    }

    #[test]
    fn unfinished_work_is_reported_with_its_line() {
        for macro_name in UNFINISHED {
            let text = format!("fn a() {{\n    {macro_name}()\n}}\n");
            let found = found("crates/a/src/a.rs", &text);
            assert_eq!(found.len(), 1, "{macro_name}");
            assert!(found[0].starts_with("crates/a/src/a.rs:2: "));
        }
        assert!(
            found(
                "crates/a/src/a.rs",
                "// A todo!() in a comment.\nmy_dbg!(1);\n"
            )
            .is_empty()
        );
    }

    #[test]
    fn a_path_of_one_machine_is_reported_outside_tests() {
        for folder in MACHINE_PATHS {
            let text = format!("let at = \"{folder}runs\";\n");
            assert_eq!(found("crates/a/src/a.rs", &text).len(), 1, "{folder}");
            assert_eq!(found("README.md", &text).len(), 1, "{folder}");
            assert!(found("crates/a/tests/a.rs", &text).is_empty(), "{folder}");
        }
        let addresses = "https://example.org/work/a, ../tmp/a, target/tmp/a, {root}/tmp/a\n";
        assert!(found("README.md", addresses).is_empty());
    }
}
