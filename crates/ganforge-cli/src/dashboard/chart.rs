//! One chart: the curves of one subject over images seen.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Axis, Block, Chart, Dataset, GraphType, Paragraph};

use super::curve::Curve;
use super::state::State;
use crate::format::{axis_label, short};

/// Colours that stand out on light and dark backgrounds.
pub const COLOURS: [Color; 4] = [Color::Cyan, Color::Magenta, Color::Green, Color::Blue];

/// Draws the selected chart, if there is room.
pub fn chart(frame: &mut Frame<'_>, area: Rect, state: &State) {
    if area.width < 24 || area.height < 5 {
        return;
    }
    let Some((curves, index, count)) = state.chart() else {
        let wait = "The first values appear after the first tick.";
        frame.render_widget(Paragraph::new(wait).block(Block::bordered()), area);
        return;
    };
    let block = Block::bordered()
        .title_top(heading(curves))
        .title_top(Line::raw(format!(" {} of {count} ", index + 1)).right_aligned());
    let [left, right] = ends(
        curves
            .iter()
            .flat_map(|curve| &curve.points)
            .map(|point| point.0),
    );
    let [low, high] = widened(
        curves
            .iter()
            .flat_map(|curve| &curve.points)
            .map(|point| point.1),
    );
    let dim = Style::new().add_modifier(Modifier::DIM);
    let x = Axis::default()
        .style(dim)
        .bounds([left, right.max(left + 1.0)])
        .labels([short(left), format!("{} images", short(right))]);
    let y = Axis::default()
        .style(dim)
        .bounds([low, high])
        .labels([low, f64::midpoint(low, high), high].map(|value| axis_label(value, high - low)));
    let data = curves
        .iter()
        .zip(COLOURS.into_iter().cycle())
        .map(|(curve, colour)| {
            Dataset::default()
                .data(&curve.points)
                .marker(marker())
                .graph_type(GraphType::Line)
                .style(Style::new().fg(colour))
        });
    let chart = Chart::new(data.collect()).block(block).x_axis(x).y_axis(y);
    // The heading is the legend.
    frame.render_widget(chart.legend_position(None), area);
}

/// The subject, and the label of each curve in its colour.
fn heading(curves: &[Curve]) -> Line<'static> {
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let mut spans = vec![Span::raw(" ")];
    if let [one] = curves {
        spans.push(Span::styled(one.name.clone(), bold.fg(COLOURS[0])));
    } else if let Some(first) = curves.first() {
        spans.push(Span::styled(first.subject().to_owned(), bold));
        for (curve, colour) in curves.iter().zip(COLOURS.into_iter().cycle()) {
            let name = format!("  ━ {}", curve.label());
            spans.push(Span::styled(name, bold.fg(colour)));
        }
    }
    let unit = curves.first().and_then(|curve| curve.unit.as_deref());
    spans.push(Span::raw(
        unit.map_or_else(|| " ".to_owned(), |unit| format!("  in {unit} ")),
    ));
    Line::from(spans)
}

/// The Linux console has no Braille characters.
fn marker() -> Marker {
    if std::env::var_os("TERM").is_some_and(|term| term == "linux") {
        Marker::Dot
    } else {
        Marker::Braille
    }
}

/// Minimum and maximum, or 0 and 0 without values.
fn ends(values: impl Iterator<Item = f64>) -> [f64; 2] {
    let ends = values.fold(None, |ends: Option<[f64; 2]>, value| {
        let [low, high] = ends.unwrap_or([value; 2]);
        Some([low.min(value), high.max(value)])
    });
    ends.unwrap_or([0.0; 2])
}

/// Minimum and maximum, with a margin where they are equal.
fn widened(values: impl Iterator<Item = f64>) -> [f64; 2] {
    let [low, high] = ends(values);
    if high > low {
        return [low, high];
    }
    let margin = if low.abs() > 0.0 {
        low.abs() * 0.1
    } else {
        1.0
    };
    [low - margin, high + margin]
}
