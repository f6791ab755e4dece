//! Text from outside, such as a file's name, escaped so that a terminal prints it and obeys nothing in it.

use std::borrow::Cow;

/// The text on one line, without control sequences: control characters as `\n`, `\u{1b}` and so on, and so are those that change the direction of
/// what is printed. Everything else stays as it is.
///
/// ```
/// # use ganforge_core::printable;
/// assert_eq!(printable("crème\n\u{1b}[2J.png"), "crème\\n\\u{1b}[2J.png");
/// ```
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_control) {
        return text.into();
    }
    let mut printed = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_control(character) {
            printed.extend(character.escape_default());
        } else {
            printed.push(character);
        }
    }
    printed.into()
}

/// Whether a terminal does something else than print the character: the control characters of ASCII and Latin-1, ends of lines and paragraphs, and the marks,
/// embeddings, overrides and isolates of text that runs from right to left.
fn is_control(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped() {
        for (text, printed) in [
            ("a\r\nb\tc", r"a\r\nb\tc"),
            ("\u{1b}]0;title\u{7}", r"\u{1b}]0;title\u{7}"),
            ("\u{9b}2J\u{7f}", r"\u{9b}2J\u{7f}"),
            ("exe\u{202e}gnp.\u{2066}", r"exe\u{202e}gnp.\u{2066}"),
            ("\u{2028}", r"\u{2028}"),
        ] {
            assert_eq!(printable(text), printed);
        }
        for text in ["", "plain 'name'.png", "größer \\n 日本 👩\u{200d}🚀 עברית"] {
            assert!(matches!(printable(text), Cow::Borrowed(same) if same == text));
        }
    }
}
