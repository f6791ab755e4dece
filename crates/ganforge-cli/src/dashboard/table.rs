//! The last value of every curve.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph};

use super::curve::{Curve, SPEED};
use super::state::State;
use crate::format::with_unit;

/// Draws one value per row.
pub fn beside(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let block = Block::bordered().title(" Last values ");
    let width = usize::from(block.inner(area).width);
    let rows = known(state).map(|curve| cell(curve, width));
    frame.render_widget(Paragraph::new(rows.collect::<Vec<_>>()).block(block), area);
}

/// Rows of as many values as fit.
pub fn below(state: &State, width: u16) -> Vec<Line<'static>> {
    let width = usize::from(width);
    let columns = (width / 26).max(1);
    let each = (width / columns).saturating_sub(2);
    let cells: Vec<_> = known(state).map(|curve| cell(curve, each)).collect();
    let rows = cells.len().div_ceil(columns);
    let row = |row: usize| {
        let cells = cells.iter().skip(row).step_by(rows.max(1));
        let gap = || Span::raw("  ");
        let spans = cells.flat_map(|cell| cell.spans.iter().cloned().chain([gap()]));
        Line::from(spans.collect::<Vec<_>>())
    };
    (0..rows).map(row).collect()
}

/// Curves with a value, except the speed, which is shown above.
fn known(state: &State) -> impl Iterator<Item = &Curve> {
    let curves = state.curves.iter();
    curves.filter(|curve| curve.last.is_some() && curve.name != SPEED)
}

fn cell(curve: &Curve, width: usize) -> Line<'static> {
    let value = curve
        .last
        .map_or_else(String::new, |last| with_unit(last, curve.unit.as_deref()));
    let room = width.saturating_sub(curve.name.chars().count());
    let bold = Style::new().add_modifier(Modifier::BOLD);
    Line::from(vec![
        Span::raw(curve.name.clone()),
        Span::styled(format!("{value:>room$}"), bold),
    ])
}
