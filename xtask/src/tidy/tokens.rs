//! Rust source as tokens, without comments, strings and lifetimes: enough to read paths and names.

/// An identifier, `::`, or one character of punctuation, with its line (from 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    pub line: usize,
    pub text: &'a str,
}

impl Token<'_> {
    /// Whether this is an identifier or a keyword.
    pub fn is_word(&self) -> bool {
        self.text.starts_with(is_word_start)
    }
}

/// The tokens of `source` in order. Literals leave none; neither do comments, nested block comments included.
pub fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = source;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some(length) = literal(rest) {
            length
        } else if first == '\'' {
            // A lifetime.
            1 + word(&rest[1..])
        } else if is_word_start(first) {
            let raw = if rest.starts_with("r#") { 2 } else { 0 };
            let length = raw + word(&rest[raw..]);
            found.push(Token {
                line,
                text: &rest[raw..length],
            });
            length
        } else if first.is_ascii_digit() {
            word(rest)
        } else {
            let length = if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            if !first.is_whitespace() {
                found.push(Token {
                    line,
                    text: &rest[..length],
                });
            }
            length
        };
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    found
}

fn is_word_start(character: char) -> bool {
    character.is_alphabetic() || character == '_'
}

fn word(text: &str) -> usize {
    text.find(|character: char| !character.is_alphanumeric() && character != '_')
        .unwrap_or(text.len())
}

/// The length of the block comment at the start of `text`.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The length of the string or character at the start of `text`, if there is one.
fn literal(text: &str) -> Option<usize> {
    let prefix = ["br", "cr", "b", "c", "r"]
        .into_iter()
        .find(|prefix| text.starts_with(prefix))
        .unwrap_or("");
    let body = &text[prefix.len()..];
    if prefix.ends_with('r') {
        let hashes = body.len() - body.trim_start_matches('#').len();
        if body[hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let from = hashes + 1;
            let length = body[from..].find(&end).map(|at| from + at + end.len());
            return Some(prefix.len() + length.unwrap_or(body.len()));
        }
        return None;
    }
    if body.starts_with('"') {
        return Some(prefix.len() + closing(body, '"'));
    }
    let is_character = body.starts_with("'\\")
        || body.starts_with('\'')
            && body.chars().nth(1).is_some()
            && body.chars().nth(2) == Some('\'');
    (is_character && matches!(prefix, "" | "b")).then(|| prefix.len() + closing(body, '\''))
}

/// The length of a literal that begins with a quote and ends at the next one without a backslash before it.
fn closing(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<&str> {
        tokens(source).iter().map(|token| token.text).collect()
    }

    #[test]
    fn paths_and_punctuation_are_kept() {
        assert_eq!(
            texts("use super::{a, r#type};"),
            ["use", "super", "::", "{", "a", ",", "type", "}", ";"]
        );
    }

    #[test]
    fn comments_strings_characters_lifetimes_and_numbers_are_not() {
        let source = r##"/* a /* b */ c */ fn f<'a>(x: &'a str) { g('{', '\'', "\"use", r#"a"b"#, b"c", 1_000u64) } // d"##;
        assert_eq!(
            texts(source),
            [
                "fn", "f", "<", ">", "(", "x", ":", "&", "str", ")", "{", "g", "(", ",", ",", ",",
                ",", ",", ")", "}"
            ]
        );
    }

    #[test]
    fn lines_are_counted_through_strings_and_comments() {
        let source = "let a = \"\n\n\"; /*\n*/ b\n";
        let last = *tokens(source).last().unwrap();
        assert_eq!((last.text, last.line), ("b", 4));
    }
}
