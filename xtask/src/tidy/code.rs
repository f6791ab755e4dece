//! Which lines of a file are shipped, and which are tests.
//!
//! Indentation shows where an item ends, because `cargo fmt --check` runs before.

use super::workspace::TextFile;

/// The numbered lines outside test files and `#[cfg(test)]` items.
pub fn shipped(file: &TextFile) -> impl Iterator<Item = (usize, &str)> {
    let text = if is_test(&file.path) { "" } else { &file.text };
    let mut test_item = TestItem::Outside;
    numbered(text).filter(move |(_, line)| {
        test_item = test_item.after(line);
        matches!(test_item, TestItem::Outside)
    })
}

pub fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
}

pub fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

/// Whether the file at a path holds tests only.
pub fn is_test(path: &str) -> bool {
    path.split('/')
        .any(|part| matches!(part, "tests" | "benches" | "tests.rs") || part.ends_with("_tests.rs"))
}

pub fn is_rust(path: &str) -> bool {
    path.rsplit_once('.')
        .is_some_and(|(_, extension)| extension == "rs")
}

/// The crate's folder and the path within its `src`, for a Rust file of a crate that ships.
pub fn crate_source(path: &str) -> Option<(&str, &str)> {
    let (krate, within) = path.split_once("/src/")?;
    (is_rust(path) && !is_test(path) && !within.starts_with("bin/")).then_some((krate, within))
}

/// The position of a line relative to an item marked `#[cfg(test)]`, with that item's indentation.
#[derive(Clone, Copy)]
enum TestItem {
    Outside,
    Head(usize),
    Body(usize),
    LastLine,
}

impl TestItem {
    fn after(self, line: &str) -> Self {
        let code = line.trim_start();
        let indent = line.len() - code.len();
        match self {
            Self::Head(_) if is_comment(code) => self,
            Self::Outside | Self::LastLine if code.starts_with("#[cfg(test)]") => {
                Self::Head(indent)
            }
            Self::Outside | Self::LastLine => Self::Outside,
            Self::Head(_) if code.starts_with("#[") => self,
            Self::Head(_) if code.ends_with(';') || code.ends_with("{}") => Self::LastLine,
            Self::Head(head) => Self::Body(head),
            Self::Body(head) if indent == head && code.starts_with('}') => Self::LastLine,
            Self::Body(_) => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped_lines(path: &str, text: &str) -> Vec<usize> {
        let file = TextFile {
            path: path.into(),
            text: text.into(),
        };
        shipped(&file).map(|(number, _)| number).collect()
    }

    #[test]
    fn a_test_module_is_left_out_and_what_follows_it_is_not() {
        let text = "fn a() {}\n#[cfg(test)]\n// Why.\n#[allow(dead_code)]\nmod tests {\n    fn b() {\n    }\n}\nfn c() {}\n";
        assert_eq!(shipped_lines("src/a.rs", text), [1, 9]);
    }

    #[test]
    fn a_single_test_import_hides_nothing_after_it() {
        let text =
            "#[cfg(test)]\nuse burn::Device;\nfn a() {}\n#[cfg(test)]\nmod tests;\n// Why.\n";
        assert_eq!(shipped_lines("src/a.rs", text), [3, 6]);
    }

    #[test]
    fn nothing_of_a_test_file_ships() {
        assert!(shipped_lines("crates/x/tests/a.rs", "fn a() {}\n").is_empty());
        assert!(shipped_lines("crates/x/src/game/tests.rs", "fn a() {}\n").is_empty());
    }

    #[test]
    fn documentation_is_comment_and_code_is_not() {
        assert!(is_comment("    /// What."));
        assert!(!is_comment("let a = 1; // Why."));
    }
}
