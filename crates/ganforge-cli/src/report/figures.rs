//! The curves of a run's evaluation, and how to read them.

use ganforge_eval::MetricName;
use ganforge_train::telemetry::Reading;
use plotters::style::RGBColor;

use super::chart::{Chart, Extent, Line};
use super::curves::{BLUE, Curve, GREEN, ORANGE, PURPLE};

/// What a chart says of figures that go on one axis.
struct Words {
    title: &'static str,
    metrics: &'static [MetricName],
    extent: fn() -> Extent,
    meaning: &'static str,
    healthy: &'static str,
    trouble: &'static str,
}

/// In the order in which a reader asks for them.
const CHARTS: [Words; 9] = [
    Words {
        title: "Fréchet distance",
        metrics: &[MetricName::Frechet],
        extent: from_zero,
        meaning: "How far the samples' features lie from those of real images, by means and covariances. Lower is better.",
        healthy: "falling, then level.",
        trouble: "rising for many ticks: the generator gets worse, or loses a part of the data; the best model is behind you.",
    },
    Words {
        title: "Kernel distance",
        metrics: &[MetricName::Kernel],
        extent: fitted,
        meaning: "How far the samples' features lie from those of real images, without bias by their number. Lower is better, and about zero where nothing tells them apart.",
        healthy: "falling, then level.",
        trouble: "rising for many ticks, as above.",
    },
    Words {
        title: "Precision, recall, density, coverage",
        metrics: &[
            MetricName::Precision,
            MetricName::Recall,
            MetricName::Density,
            MetricName::Coverage,
        ],
        extent: from_zero,
        meaning: "Precision and density: are samples like real images? Recall and coverage: is every kind of real image among the samples? Higher is better; only density may exceed 1.",
        healthy: "all of them rising.",
        trouble: "precision high and recall sinking: the generator repeats what it does well and drops the rest.",
    },
    Words {
        title: "Inception score",
        metrics: &[MetricName::InceptionScore],
        extent: fitted,
        meaning: "Whether a classifier is sure of each sample and sees all classes equally often, from 1 to the number of classes. Higher is better.",
        healthy: "rising, then level.",
        trouble: "sinking: classes are lost, or samples blur.",
    },
    Words {
        title: "Parzen-window log-likelihood",
        metrics: &[MetricName::Parzen],
        extent: fitted,
        meaning: "Log-likelihood, in nats, of test images under a window around each sample. Higher is better, by a rough measure.",
        healthy: "rising, then level.",
        trouble: "sinking for many ticks.",
    },
    Words {
        title: "Modes found",
        metrics: &[MetricName::Modes],
        extent: from_zero,
        meaning: "How many modes of the data have a sample.",
        healthy: "all of them, early.",
        trouble: "fewer than there are, or going up and down: the generator flees from mode to mode.",
    },
    Words {
        title: "Samples near a mode",
        metrics: &[MetricName::HighQuality],
        extent: from_zero,
        meaning: "Share of samples within three standard deviations of a mode. Higher is better; real points reach 0.989.",
        healthy: "rising towards that.",
        trouble: "low with all modes found: samples lie between the modes.",
    },
    Words {
        title: "Divergence of the shares of modes",
        metrics: &[MetricName::ReverseKl],
        extent: from_zero,
        meaning: "Kullback-Leibler divergence, in nats, of the samples' shares of the modes from those of the data. Lower is better.",
        healthy: "near zero.",
        trouble: "away from zero: some modes get too many samples and others too few.",
    },
    Words {
        title: "Copies and likeness",
        metrics: &[MetricName::Nearest, MetricName::Diversity],
        extent: from_zero,
        meaning: "nearest: distance to the closest training image, over that of real images never trained on; 1 is best. diversity: likeness of pairs of samples, 1 where all are one image; best at the data's own.",
        healthy: "level.",
        trouble: "nearest well below 1: training images are copied. diversity climbing towards 1: the samples become one image.",
    },
];

/// A chart for every kind of figure that the run has.
pub fn figures(readings: &[Reading]) -> Vec<Curve> {
    CHARTS
        .iter()
        .filter_map(|words| curve(words, readings))
        .collect()
}

fn curve(words: &Words, readings: &[Reading]) -> Option<Curve> {
    const COLOURS: [RGBColor; 4] = [BLUE, ORANGE, GREEN, PURPLE];
    let lines = words.metrics.iter().zip(COLOURS).map(|(metric, colour)| {
        let point = |reading: &Reading| {
            let figure = reading.figures.get(metric)?;
            Some((reading.images as f64, *figure))
        };
        Line {
            label: metric.name(),
            colour,
            points: readings.iter().filter_map(point).collect(),
        }
    });
    let lines: Vec<Line> = lines.filter(|line| !line.points.is_empty()).collect();
    if lines.is_empty() {
        return None;
    }
    Some(Curve {
        title: words.title,
        chart: Chart {
            lines,
            levels: Vec::new(),
            extent: (words.extent)(),
        },
        meaning: words.meaning.to_owned(),
        healthy: words.healthy,
        trouble: words.trouble,
    })
}

fn from_zero() -> Extent {
    Extent::FromZero
}

fn fitted() -> Extent {
    Extent::Fitted
}
