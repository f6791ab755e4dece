//! Names that are private words rather than the field's.

use super::super::code;
use super::super::tokens::{Token, tokens};
use super::super::violation::Violation;
use super::super::workspace::TextFile;
use super::lists::{IDENTIFIERS, MODULES};

/// Reports the identifiers, modules and file names of a Rust file that have a standard term.
pub fn names(file: &TextFile) -> Vec<Violation> {
    if !code::is_rust(&file.path) {
        return Vec::new();
    }
    let mut found: Vec<Violation> = MODULES
        .iter()
        .filter(|(name, _)| is_part(&file.path, name))
        .map(|&(name, term)| violation(file.path.clone(), name, term))
        .collect();
    let tokens = tokens(&file.text);
    for (at, token) in tokens.iter().enumerate() {
        let declares_module = at > 0 && tokens[at - 1].text == "mod";
        let list = if declares_module {
            MODULES.as_slice()
        } else {
            IDENTIFIERS.as_slice()
        };
        found.extend(listed(list, token, &file.path));
    }
    found
}

fn listed(list: &[(&str, &str)], token: &Token, path: &str) -> Option<Violation> {
    let (name, term) = list.iter().find(|(name, _)| *name == token.text)?;
    Some(violation(format!("{path}:{}", token.line), name, term))
}

/// Whether a folder of the path, or the file without its extension, has that name.
fn is_part(path: &str, name: &str) -> bool {
    let stem = path.strip_suffix(".rs").unwrap_or(path);
    stem.split('/').any(|part| part == name)
}

fn violation(place: String, name: &str, term: &str) -> Violation {
    Violation::new(
        place,
        format!("`{name}` is not a term of the field"),
        format!("the term is: {term}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let file = TextFile {
            path: path.into(),
            text: text.into(),
        };
        names(&file).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn files_folders_modules_and_identifiers_are_reported() {
        for (path, text) in [
            ("crates/a/src/aside.rs", ""),
            ("crates/a/src/merged/columns.rs", ""),
            ("crates/a/src/b.rs", "mod usual {}\n"),
            ("crates/a/src/b.rs", "fn go_on() {}\n"),
            ("crates/a/tests/b.rs", "struct Moment;\n"),
        ] {
            assert_eq!(found(path, text).len(), 1, "{path}: {text}");
        }
    }

    #[test]
    fn a_listed_name_differs_from_its_term() {
        // As it would not after a rename over the whole tree.
        let mut lists = IDENTIFIERS.iter().chain(&MODULES);
        assert!(lists.all(|(name, term)| name != term));
    }

    #[test]
    fn other_names_strings_and_comments_are_not() {
        let text = "// go_on\nfn go_on_with() -> Moments { \"Moment\".usual() }\n";
        assert!(found("crates/a/src/collected_works.rs", text).is_empty());
        assert!(found("docs/aside.md", "Moment").is_empty());
    }
}
