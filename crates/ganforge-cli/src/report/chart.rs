//! Lines over images seen, as SVG.

use std::ops::Range;

use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;

use crate::error::CliError;
use crate::format::short;

/// Pixels drawn. A page shows half as many each way, since plotters knows whole pixels only and lines are smoother so.
const SIZE: (u32, u32) = (1600, 520);

/// Points of a line that still show on a chart of this width; more would only make the page larger.
const MOST_POINTS: usize = 1200;

/// A chart without text around it.
pub struct Chart {
    /// The curves.
    pub lines: Vec<Line>,
    /// Reference values, dashed.
    pub levels: Vec<Level>,
    /// What the vertical axis spans.
    pub extent: Extent,
}

/// One curve.
pub struct Line {
    /// Its name in the legend.
    pub label: String,
    /// Distinguishable with any colour vision.
    pub colour: RGBColor,
    /// Images seen and value, in order of the former; every number finite.
    pub points: Vec<(f64, f64)>,
}

/// A reference value.
pub struct Level {
    /// On the vertical axis.
    pub value: f64,
    /// The colour of its line, or grey where it applies to all.
    pub colour: RGBColor,
}

/// What a vertical axis spans.
pub enum Extent {
    /// Lines and levels, with a margin.
    Fitted,
    /// As `Fitted`, but from zero.
    FromZero,
    /// Always the same, because the figure has bounds.
    Fixed(Range<f64>),
    /// Whole powers of ten around the lines, on a logarithmic axis.
    Decades,
}

impl Chart {
    /// Draws the chart.
    ///
    /// # Errors
    /// Plotters fails.
    pub fn svg(&self) -> Result<String, CliError> {
        let mut svg = String::new();
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let range = self.range();
        let drawn = match &self.extent {
            Extent::Decades => self.draw(&root, &range, range.clone().log_scale()),
            Extent::Fitted | Extent::FromZero | Extent::Fixed(_) => {
                self.draw(&root, &range, range.clone())
            }
        };
        drawn
            .and_then(|()| root.present())
            .map_err(|error| CliError::System(format!("a chart cannot be drawn: {error}")))?;
        drop(root);
        Ok(svg)
    }

    /// What the vertical axis spans.
    fn range(&self) -> Range<f64> {
        match &self.extent {
            Extent::Fitted => with_margin(self.span()),
            Extent::FromZero => 0.0..with_margin(self.span()).end.max(1e-3),
            Extent::Fixed(range) => range.clone(),
            Extent::Decades => decades(self.span()),
        }
    }

    /// The least and the largest value to show.
    fn span(&self) -> Range<f64> {
        let logarithmic = matches!(self.extent, Extent::Decades);
        let points = self.lines.iter().flat_map(|line| &line.points);
        let levels = self.levels.iter().map(|level| level.value);
        let values = points
            .map(|point| point.1)
            .chain(levels)
            // A logarithmic axis has no zero.
            .filter(|value| !logarithmic || *value > 0.0);
        let (least, most) = values.fold(
            (f64::INFINITY, f64::NEG_INFINITY),
            |(least, most), value| (least.min(value), most.max(value)),
        );
        if least <= most { least..most } else { 1.0..1.0 }
    }

    fn draw<Y>(
        &self,
        root: &DrawingArea<SVGBackend, Shift>,
        range: &Range<f64>,
        vertical: Y,
    ) -> Result<(), DrawingAreaErrorKind<std::io::Error>>
    where
        Y: AsRangedCoord<Value = f64>,
        Y::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
    {
        root.fill(&WHITE)?;
        let points = self.lines.iter().flat_map(|line| &line.points);
        let last = points.map(|point| point.0).fold(1.0, f64::max);
        let mut chart = ChartBuilder::on(root)
            .margin(12)
            .margin_right(36)
            .x_label_area_size(80)
            .y_label_area_size(112)
            .build_cartesian_2d(0.0..last, vertical)?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(RGBColor(225, 225, 225))
            .axis_style(RGBColor(120, 120, 120))
            .label_style(("sans-serif", 26, &RGBColor(60, 60, 60)))
            .axis_desc_style(("sans-serif", 26, &RGBColor(100, 100, 100)))
            .x_labels(9)
            .y_labels(6)
            .x_label_formatter(&|value| short(*value))
            .y_label_formatter(&|value| short(*value))
            .x_desc("images seen")
            .draw()?;
        for level in &self.levels {
            let ends = [(0.0, level.value), (last, level.value)];
            let style = level.colour.stroke_width(2);
            chart.draw_series(DashedLineSeries::new(ends, 14, 12, style))?;
        }
        for line in &self.lines {
            // Plotters counts pixels in 32 bits, which a value far off its axis would leave; and a gradient that is
            // zero belongs at the lower end of a logarithmic axis.
            let within =
                |(images, value): (f64, f64)| (images, value.clamp(range.start, range.end));
            let points: Vec<_> = thinned(&line.points).into_iter().map(within).collect();
            // A single point makes no line.
            if let [point] = points[..] {
                chart.draw_series([Circle::new(point, 8, line.colour.filled())])?;
            }
            chart.draw_series(LineSeries::new(points, line.colour.stroke_width(4)))?;
        }
        Ok(())
    }
}

/// At most [`MOST_POINTS`] of the points. Each neighbourhood keeps its least and its largest value, so that no spike is
/// lost.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    if points.len() <= MOST_POINTS {
        return points.to_vec();
    }
    let neighbours = points.len().div_ceil(MOST_POINTS / 2);
    points
        .chunks(neighbours)
        .flat_map(|chunk| {
            let by_value = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
            let least = chunk.iter().min_by(by_value);
            let most = chunk.iter().max_by(by_value);
            let mut both: Vec<_> = least.into_iter().chain(most).copied().collect();
            both.sort_by(|a, b| a.0.total_cmp(&b.0));
            both
        })
        .collect()
}

/// Adds a margin above and below, also around a flat line.
fn with_margin(span: Range<f64>) -> Range<f64> {
    let size = span.start.abs().max(span.end.abs());
    let margin = (0.06 * (span.end - span.start)).max(0.02 * size).max(1e-3);
    span.start - margin..span.end + margin
}

/// Whole powers of ten, two of them at least.
fn decades(span: Range<f64>) -> Range<f64> {
    let first = span.start.log10().floor();
    let last = span.end.log10().ceil().max(first + 1.0);
    // Plotters labels no power of ten that lies on the lower end itself.
    10f64.powf(first - 1e-3)..10f64.powf(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_order_and_spikes() {
        let flat = |index: u32| (f64::from(index), 1.0);
        let mut points: Vec<_> = (0..10_000).map(flat).collect();
        points[7_777].1 = 99.0;
        points[8_888].1 = -99.0;
        let thin = thinned(&points);
        assert!(thin.len() <= MOST_POINTS);
        assert!(thin.contains(&(7_777.0, 99.0)) && thin.contains(&(8_888.0, -99.0)));
        assert!(thin.is_sorted_by(|a, b| a.0 <= b.0));
    }

    #[test]
    fn any_finite_values_make_a_chart() {
        for value in [0.0, 1e-30, -1e38, 1e38] {
            let extents = [
                Extent::Fitted,
                Extent::FromZero,
                Extent::Fixed(0.0..1.0),
                Extent::Decades,
            ];
            for extent in extents {
                let line = Line {
                    label: "line".to_owned(),
                    colour: BLACK,
                    points: vec![(1.0, value), (2.0, value)],
                };
                let chart = Chart {
                    lines: vec![line],
                    levels: Vec::new(),
                    extent,
                };
                assert!(chart.svg().unwrap().ends_with("</svg>\n"), "{value}");
            }
        }
    }
}
