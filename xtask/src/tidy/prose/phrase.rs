//! Phrases that are riddles to a reader of the field.

use super::super::violation::Violation;
use super::super::workspace::TextFile;
use super::lists::PHRASES;

/// Where the phrases are spelled out.
const LISTS: &str = "xtask/src/tidy/prose/";

/// A lock file or data are not prose.
const PROSE: [&str; 5] = ["md", "py", "rs", "toml", "css"];

/// Reports every phrase of the list, with its line.
pub fn phrases(file: &TextFile) -> Vec<Violation> {
    let extension = file.path.rsplit_once('.').map_or("", |(_, after)| after);
    if !PROSE.contains(&extension) || file.path.starts_with(LISTS) {
        return Vec::new();
    }
    let words = words(&file.text);
    let mut found = Vec::new();
    for at in 0..words.len() {
        for (phrase, instead) in PHRASES {
            if begins_with(&words[at..], phrase) {
                found.push(Violation::new(
                    format!("{}:{}", file.path, words[at].line),
                    format!("\"{phrase}\" is not a term of the field"),
                    format!("rather: {instead}"),
                ));
            }
        }
    }
    found
}

/// A word in lower case. It continues a sentence where only space, or the start of a comment line, lies before it.
struct Word {
    line: usize,
    text: String,
    continues: bool,
}

fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut rest = line;
        while let Some(start) = rest.find(is_part_of_word) {
            let end = rest[start..]
                .find(|character| !is_part_of_word(character))
                .map_or(rest.len(), |length| start + length);
            words.push(Word {
                line: index + 1,
                text: rest[start..end].to_lowercase(),
                continues: rest[..start].chars().all(is_blank),
            });
            rest = &rest[end..];
        }
    }
    words
}

fn begins_with(words: &[Word], phrase: &str) -> bool {
    phrase.split(' ').enumerate().all(|(at, wanted)| {
        words
            .get(at)
            .is_some_and(|word| word.text == wanted && (at == 0 || word.continues))
    })
}

fn is_part_of_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '\'')
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '/' | '!' | '#')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let file = TextFile {
            path: path.into(),
            text: text.into(),
        };
        phrases(&file).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_phrase_is_found_in_any_case_and_across_lines() {
        let text = "//! The kernel, and its way\n//! back. Whoever reads:\n";
        assert_eq!(
            found("crates/a/src/a.rs", text),
            [
                "crates/a/src/a.rs:1: \"way back\" is not a term of the field; rather: backward pass",
                "crates/a/src/a.rs:2: \"whoever\" is not a term of the field; rather: say who does what",
            ]
        );
    }

    #[test]
    fn parts_of_words_and_other_sentences_are_not() {
        for text in [
            "tells_apart, foretells",
            "the gradient. By the way, back then",
            "a midway backup",
        ] {
            assert!(found("README.md", text).is_empty(), "{text}");
        }
        assert!(found("Cargo.lock", "whoever").is_empty());
        assert!(found("xtask/src/tidy/prose/lists.rs", "whoever").is_empty());
    }
}
