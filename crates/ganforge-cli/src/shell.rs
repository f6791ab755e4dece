//! Commands quoted for a shell.

use std::ffi::OsStr;
use std::fmt::Write;

/// A command of this program, under the name it was called by, with words quoted as needed.
pub fn command<'a>(words: impl IntoIterator<Item = &'a OsStr>) -> String {
    let program = std::env::args_os().next();
    let program = program.unwrap_or_else(|| "ganforge".into());
    let mut line = quoted(&program);
    for word in words {
        line.push(' ');
        line.push_str(&quoted(word));
    }
    line
}

/// A word with the quotes that a shell needs.
fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    if word.chars().any(char::is_control) {
        // ANSI-C quoting: other quotes would print line breaks and escape sequences verbatim.
        let mut text = "$'".to_owned();
        for letter in word.chars() {
            match letter {
                '\'' | '\\' => {
                    let _ = write!(text, "\\{letter}");
                }
                letter if letter.is_control() => {
                    let _ = write!(text, "\\u{:04x}", u32::from(letter));
                }
                letter => text.push(letter),
            }
        }
        return text + "'";
    }
    shlex::try_quote(&word).map_or_else(|_| word.to_string(), std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_where_the_shell_would_split_or_expand_it() {
        for (word, expected) in [
            ("runs/digits", "runs/digits"),
            ("my run", "'my run'"),
            ("it's", "\"it's\""),
            ("$HOME", "'$HOME'"),
            ("a\nb", "$'a\\u000ab'"),
            ("\u{1b}[2J'", "$'\\u001b[2J\\''"),
        ] {
            assert_eq!(quoted(OsStr::new(word)), expected);
        }
    }
}
