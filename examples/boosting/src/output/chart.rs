//! Curves over the number of features, as SVG.

use std::ops::Range;

use plotters::prelude::*;

use super::run::Error;

/// Pixels drawn; a page shows half as many each way.
const SIZE: (u32, u32) = (1600, 560);

/// One curve.
pub struct Curve {
    /// Its name in the legend.
    pub label: &'static str,
    /// Its colour, distinguishable with any colour vision.
    pub colour: RGBColor,
    /// Features and value.
    pub points: Vec<(f64, f64)>,
}

/// Draws curves and dashed reference levels.
pub fn svg(curves: &[Curve], levels: &[f64], unit: &str) -> Result<String, Error> {
    let mut svg = String::new();
    draw(&mut svg, curves, levels, unit)
        .map_err(|error| Error::Other(format!("a chart cannot be drawn: {error}")))?;
    Ok(svg)
}

fn draw(
    svg: &mut String,
    curves: &[Curve],
    levels: &[f64],
    unit: &str,
) -> Result<(), DrawingAreaErrorKind<std::io::Error>> {
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let last = points().map(|point| point.0).fold(1.0, f64::max);
    let range = span(points().map(|point| point.1).chain(levels.iter().copied()));
    let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .margin(12)
        .margin_right(36)
        .x_label_area_size(80)
        .y_label_area_size(112)
        .build_cartesian_2d(0.0..last, range)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(RGBColor(225, 225, 225))
        .axis_style(RGBColor(120, 120, 120))
        .label_style(("sans-serif", 26, &RGBColor(60, 60, 60)))
        .axis_desc_style(("sans-serif", 26, &RGBColor(100, 100, 100)))
        .x_label_formatter(&|value| format!("{value:.0}"))
        .y_label_formatter(&|value| format!("{value:.2}"))
        .x_desc("features")
        .y_desc(unit)
        .draw()?;
    for &level in levels {
        let style = RGBColor(130, 130, 130).stroke_width(2);
        let ends = [(0.0, level), (last, level)];
        chart.draw_series(DashedLineSeries::new(ends, 14, 12, style))?;
    }
    for curve in curves {
        let points = curve.points.iter().copied();
        chart.draw_series(LineSeries::new(points, curve.colour.stroke_width(4)))?;
    }
    root.present()
}

/// The range of values, with a margin.
fn span(values: impl Iterator<Item = f64>) -> Range<f64> {
    let (least, most) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), value| {
        (a.min(value), b.max(value))
    });
    if least > most {
        return 0.0..1.0;
    }
    let margin = (0.06 * (most - least)).max(1e-3);
    least - margin..most + margin
}
