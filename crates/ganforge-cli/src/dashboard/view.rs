//! Draws the state into a frame of any size.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::chart::chart;
use super::curve::SPEED;
use super::dialog::dialog;
use super::state::State;
use super::table::{below, beside};
use crate::format::{clock, grouped};

/// Least width for the table beside the chart, in columns.
const WIDE: u16 = 110;
/// Least height for a table below the chart, in rows.
const TALL: u16 = 20;
/// Width of the table beside the chart.
const TABLE: u16 = 34;

/// Draws the dashboard.
pub fn draw(frame: &mut Frame<'_>, state: &State) {
    let area = frame.area();
    let [head, middle, foot] = Layout::vertical([
        Constraint::Length(area.height.min(3)),
        Constraint::Fill(1),
        Constraint::Length(u16::from(area.height > 3)),
    ])
    .areas(area);
    let lines = [
        title(state),
        progress(state, area.width),
        times(state, area.width),
    ];
    // Progress has precedence over the title.
    let lines = match area.height {
        0..=2 => vec![lines[1].clone(), lines[2].clone()],
        _ => lines.to_vec(),
    };
    for (line, row) in lines.into_iter().zip(head.rows()) {
        frame.render_widget(line, row);
    }
    if area.width >= WIDE {
        let [curves, table] =
            Layout::horizontal([Constraint::Fill(1), Constraint::Length(TABLE)]).areas(middle);
        chart(frame, curves, state);
        beside(frame, table, state);
    } else if area.height >= TALL {
        let rows = below(state, area.width);
        let height = u16::try_from(rows.len()).unwrap_or(u16::MAX);
        let [curves, table] =
            Layout::vertical([Constraint::Fill(1), Constraint::Length(height)]).areas(middle);
        chart(frame, curves, state);
        for (line, row) in rows.into_iter().zip(table.rows()) {
            frame.render_widget(line, row);
        }
    } else {
        chart(frame, middle, state);
    }
    frame.render_widget(keys(state, foot.width), foot);
    if state.asks_to_stop {
        dialog(frame, area);
    }
}

fn title(state: &State) -> Line<'_> {
    Line::styled(
        state.title.as_str(),
        Style::new().add_modifier(Modifier::BOLD),
    )
}

/// Images shown, of all.
fn progress(state: &State, width: u16) -> Line<'static> {
    let share = state.images as f64 / state.total.max(1) as f64;
    let percent = format!("{:.1}%", 100.0 * share);
    let counts = format!(
        "{} of {} images",
        grouped(state.images as u64),
        grouped(state.total as u64)
    );
    let text = format!(" {percent}  {counts}");
    let room = usize::from(width)
        .saturating_sub(text.chars().count())
        .min(60);
    if room < 10 {
        return Line::raw(format!("{percent} {counts}"));
    }
    #[expect(clippy::cast_sign_loss, reason = "a share is never below 0")]
    let done = (share.clamp(0.0, 1.0) * room as f64).floor() as usize;
    Line::from(vec![
        Span::raw("█".repeat(done)),
        Span::styled(
            "░".repeat(room - done),
            Style::new().add_modifier(Modifier::DIM),
        ),
        Span::raw(text),
    ])
}

/// Time left, time elapsed and speed, as far as there is room.
fn times(state: &State, width: u16) -> Line<'static> {
    let speed = state.last(SPEED).filter(|speed| speed.is_finite());
    let left = state.left();
    let parts = [
        left.map(|left| format!("{} left", clock(left))),
        Some(format!("{} elapsed", clock(state.elapsed()))),
        speed.map(|speed| {
            #[expect(clippy::cast_sign_loss, reason = "a speed is never below 0")]
            let speed = speed.round().max(0.0) as u64;
            format!("{} images/s", grouped(speed))
        }),
    ];
    let mut text = String::new();
    for part in parts.into_iter().flatten() {
        let longer = match text.as_str() {
            "" => part,
            shorter => format!("{shorter}   {part}"),
        };
        if !text.is_empty() && longer.chars().count() > usize::from(width) {
            break;
        }
        text = longer;
    }
    Line::raw(text)
}

/// The keys, or that the run is ending.
fn keys(state: &State, width: u16) -> Line<'static> {
    let texts: &[&str] = if state.is_stopping {
        &[
            "Ending after the current step, with a checkpoint.   Ctrl-C: at once",
            "Ending after this step.   Ctrl-C: at once",
            "Ending",
        ]
    } else if cfg!(unix) {
        &[
            "Tab or arrows: next chart   q or Ctrl-C: stop   Ctrl-Z: back to the shell",
            "Tab: next chart   q: stop   Ctrl-Z: shell",
            "Tab: chart   q: stop",
            "q: stop",
        ]
    } else {
        &[
            "Tab or arrows: next chart   q or Ctrl-C: stop",
            "Tab: chart   q: stop",
            "q: stop",
        ]
    };
    let fits = |text: &&&str| text.chars().count() <= usize::from(width);
    let text = texts.iter().find(fits).or(texts.last());
    Line::styled(
        text.copied().unwrap_or_default(),
        Style::new().add_modifier(Modifier::DIM),
    )
}

#[cfg(test)]
#[path = "view_tests.rs"]
mod tests;
