//! A chart with the text around it.

use plotters::style::RGBColor;

use super::chart::{Chart, Line};
use super::metrics::Tick;

// Okabe and Ito's palette, distinguishable with any colour vision.
pub const BLUE: RGBColor = RGBColor(0, 114, 178);
pub const ORANGE: RGBColor = RGBColor(213, 94, 0);
pub const GREEN: RGBColor = RGBColor(0, 158, 115);
pub const PURPLE: RGBColor = RGBColor(204, 121, 167);
pub const GREY: RGBColor = RGBColor(130, 130, 130);

/// The colours of lines, in order.
pub const COLOURS: [RGBColor; 4] = [BLUE, ORANGE, GREEN, PURPLE];

/// A chart with its title and how to read it.
pub struct CaptionedChart {
    pub title: String,
    pub chart: Chart,
    /// What is measured.
    pub meaning: String,
    /// How to judge the curves, where that is known.
    pub interpretation: Option<Interpretation>,
}

/// How curves look in a good run and in a bad one.
#[derive(Debug, Clone, Copy)]
pub struct Interpretation {
    pub healthy: &'static str,
    /// With what to do about it.
    pub trouble: &'static str,
}

/// The finite numbers under `key` over images seen, times `factor`.
pub fn line(label: &str, colour: RGBColor, ticks: &[Tick], key: &str, factor: f64) -> Line {
    let points = ticks
        .iter()
        .filter_map(|tick| Some((tick.images as f64, factor * tick.get(key)?)))
        .filter(|point| point.1.is_finite())
        .collect();
    Line {
        label: label.to_owned(),
        colour,
        points,
    }
}
