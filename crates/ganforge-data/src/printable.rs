//! Text from outside, such as a file's name, in a form that a terminal only prints.

use std::borrow::Cow;

/// The text on one line, without anything that a terminal would obey: control characters as `\n`, `\u{1b}` and so on, and so are those that turn the order of
/// what is printed. Everything else stays as it is.
///
/// ```
/// # use ganforge_data::printable;
/// assert_eq!(printable("crème\n\u{1b}[2J.png"), "crème\\n\\u{1b}[2J.png");
/// ```
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_obeyed) {
        return text.into();
    }
    let mut printed = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_obeyed(character) {
            printed.extend(character.escape_default());
        } else {
            printed.push(character);
        }
    }
    printed.into()
}

/// Whether a terminal does something else than print the character: the control characters of ASCII and Latin-1, ends of lines and paragraphs, and the marks,
/// embeddings, overrides and isolates of text that runs from right to left.
fn is_obeyed(character: char) -> bool {
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
    fn what_a_terminal_obeys_is_spelled_out() {
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
