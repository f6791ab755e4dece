//! Asks whether to stop, and says what becomes of the run.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph};

const TITLE: &str = " Stop training? ";
const FATE: &str = "The run ends after the step under way, with a checkpoint; --resume goes on.";
const KEYS: [&str; 2] = ["y stop", "n or Esc go on training"];

/// Draws the question over what is there.
pub fn dialog(frame: &mut Frame<'_>, area: Rect) {
    let width = area.width.min(62);
    let inner = usize::from(width.saturating_sub(4)).max(1);
    let mut fate = wrapped(FATE, inner);
    let keys = wrapped_keys(inner);
    fate.push(String::new());
    // The answers come first where there is no room for all.
    let bordered = usize::from(area.height) >= keys.len() + 3;
    let room = usize::from(area.height).saturating_sub(if bordered { 2 } else { 0 });
    let said = room.saturating_sub(keys.len()).min(fate.len());
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let fate = fate.into_iter().take(said).map(Line::raw);
    let keys = keys.into_iter().map(|line| Line::styled(line, bold));
    let lines: Vec<_> = fate.chain(keys).collect();
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

/// On one line, or on as many as it takes.
fn wrapped_keys(width: usize) -> Vec<String> {
    let one = KEYS.join("   ");
    if one.len() <= width {
        return vec![one];
    }
    KEYS.iter().flat_map(|key| wrapped(key, width)).collect()
}

/// Lines of whole words; a word longer than a line stands alone.
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

/// The rectangle in the middle, no larger than the area.
fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    }
}
