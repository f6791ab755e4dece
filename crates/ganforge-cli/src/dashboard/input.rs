//! Key bindings of the dashboard.

/// A command of the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// The chart after this one.
    Next,
    /// The chart before this one.
    Previous,
    /// Ask for confirmation to stop.
    Quit,
    /// Ctrl-C: ask for confirmation, or confirm.
    Interrupt,
    /// Confirm.
    Yes,
    /// Decline.
    No,
}

/// Decodes bytes from a terminal in raw mode.
#[cfg(unix)]
pub fn keys(mut bytes: &[u8]) -> Vec<Key> {
    let mut keys = Vec::new();
    while let [first, rest @ ..] = bytes {
        let (key, rest) = match (first, rest) {
            (0x1b, [b'[' | b'O', rest @ ..]) => sequence(rest),
            (0x1b, rest) => (Some(Key::No), rest),
            (0x03, rest) => (Some(Key::Interrupt), rest),
            (b'\t', rest) => (Some(Key::Next), rest),
            (first, rest) => (letter(char::from(*first)), rest),
        };
        keys.extend(key);
        bytes = rest;
    }
    keys
}

/// Decodes the rest of a sequence after `ESC [` or `ESC O`: parameters and a final byte for the key.
#[cfg(unix)]
fn sequence(bytes: &[u8]) -> (Option<Key>, &[u8]) {
    let Some(last) = bytes.iter().position(|byte| (0x40..=0x7e).contains(byte)) else {
        return (None, &[]);
    };
    let key = match bytes[last] {
        b'B' | b'C' => Some(Key::Next),
        b'A' | b'D' | b'Z' => Some(Key::Previous),
        _ => None,
    };
    (key, &bytes[last + 1..])
}

fn letter(letter: char) -> Option<Key> {
    match letter.to_ascii_lowercase() {
        'q' => Some(Key::Quit),
        'y' => Some(Key::Yes),
        'n' => Some(Key::No),
        _ => None,
    }
}

/// The keys pressed within `timeout`.
///
/// # Errors
///
/// The terminal is closed.
#[cfg(not(unix))]
pub fn pressed(timeout: std::time::Duration) -> std::io::Result<Vec<Key>> {
    use ratatui::crossterm::event::{
        Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, poll, read,
    };

    let key = |event: KeyEvent| match event.code {
        _ if event.kind == KeyEventKind::Release => None,
        KeyCode::Char('c') if event.modifiers.contains(KeyModifiers::CONTROL) => {
            Some(Key::Interrupt)
        }
        KeyCode::Char(character) => letter(character),
        KeyCode::Tab | KeyCode::Right | KeyCode::Down => Some(Key::Next),
        KeyCode::BackTab | KeyCode::Left | KeyCode::Up => Some(Key::Previous),
        KeyCode::Esc => Some(Key::No),
        _ => None,
    };
    let mut keys = Vec::new();
    let mut timeout = timeout;
    while poll(timeout)? {
        if let Event::Key(event) = read()? {
            keys.extend(key(event));
        }
        timeout = std::time::Duration::ZERO;
    }
    Ok(keys)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_decoded_to_keys() {
        let cases: [(&[u8], &[Key]); 9] = [
            (b"", &[]),
            (b"q", &[Key::Quit]),
            (b"\x03\x03", &[Key::Interrupt, Key::Interrupt]),
            (b"Yn", &[Key::Yes, Key::No]),
            (b"\x1b", &[Key::No]),
            (
                b"\x1b[C\x1bOD\t\x1b[Z",
                &[Key::Next, Key::Previous, Key::Next, Key::Previous],
            ),
            (b"\x1b[1;5Cq", &[Key::Next, Key::Quit]),
            (b"\x1b[", &[]),
            (b"\xc3\xa4x\x1b[15~y", &[Key::Yes]),
        ];
        for (bytes, expected) in cases {
            assert_eq!(keys(bytes), expected, "{bytes:?}");
        }
    }
}
