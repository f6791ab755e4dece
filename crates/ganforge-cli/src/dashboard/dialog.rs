//! The dialog that asks whether to stop.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph};

const TITLE: &str = " Stop training? ";
const CONSEQUENCE: &str =
    "The run ends after the current step, with a checkpoint; --resume continues it.";
const KEYS: [&str; 2] = ["y stop", "n or Esc continue training"];

/// Draws the dialog over the rest.
pub fn dialog(frame: &mut Frame<'_>, area: Rect) {
    let width = area.width.min(62);
    let inner = usize::from(width.saturating_sub(4)).max(1);
    let mut text = wrapped(CONSEQUENCE, inner);
    let keys = wrapped_keys(inner);
    text.push(String::new());
    // The keys take precedence if there is no room for all.
    let bordered = usize::from(area.height) >= keys.len() + 3;
    let room = usize::from(area.height).saturating_sub(if bordered { 2 } else { 0 });
    let shown = room.saturating_sub(keys.len()).min(text.len());
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let text = text.into_iter().take(shown).map(Line::raw);
    let keys = keys.into_iter().map(|line| Line::styled(line, bold));
    let lines: Vec<_> = text.chain(keys).collect();
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let block = if bordered {
        Block::bordered()
            .title(Line::styled(TITLE, bold))
            .padding(ratatui::widgets::Padding::horizontal(1))
    } else {
        Block::new()
    };
    let height = height.saturating_add(if bordered { 2 } else { 0 });
    let area = centred(area, width, height);
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// The keys on one line, or wrapped.
fn wrapped_keys(width: usize) -> Vec<String> {
    let one = KEYS.join("   ");
    if one.len() <= width {
        return vec![one];
    }
    KEYS.iter().flat_map(|key| wrapped(key, width)).collect()
}

/// Wraps at spaces; a word longer than a line has a line of its own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A centred rectangle, no larger than the area.
fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    }
}
