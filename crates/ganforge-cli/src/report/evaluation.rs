//! Charts of evaluation metrics.

use ganforge_eval::MetricName;

use super::captioned_chart::{COLOURS, CaptionedChart, Interpretation, line};
use super::chart::{Chart, Extent, Line};
use super::metrics::Tick;

/// Metrics that share an axis, and the text around their chart.
struct Description {
    title: &'static str,
    metrics: &'static [MetricName],
    extent: fn() -> Extent,
    meaning: &'static str,
    interpretation: Interpretation,
}

/// Most important first.
const CHARTS: [Description; 9] = [
    Description {
        title: "Fréchet distance",
        metrics: &[MetricName::Frechet],
        extent: from_zero,
        meaning: "Distance between the features of samples and of real images, by means and covariances. Lower is better.",
        interpretation: Interpretation {
            healthy: "falling, then constant.",
            trouble: "rising for many ticks: the generator gets worse, or loses a part of the data; an earlier model is better.",
        },
    },
    Description {
        title: "Kernel distance",
        metrics: &[MetricName::Kernel],
        extent: fitted,
        meaning: "Distance between the features of samples and of real images, unbiased by their number. Lower is better; about zero where the distributions are equal.",
        interpretation: Interpretation {
            healthy: "falling, then constant.",
            trouble: "rising for many ticks, as above.",
        },
    },
    Description {
        title: "Precision, recall, density, coverage",
        metrics: &[
            MetricName::Precision,
            MetricName::Recall,
            MetricName::Density,
            MetricName::Coverage,
        ],
        extent: from_zero,
        meaning: "Precision and density: are samples like real images? Recall and coverage: is every kind of real image among the samples? Higher is better; only density may exceed 1.",
        interpretation: Interpretation {
            healthy: "all of them rising.",
            trouble: "precision high and recall falling: the generator repeats what it does well and drops the rest.",
        },
    },
    Description {
        title: "Inception score",
        metrics: &[MetricName::InceptionScore],
        extent: fitted,
        meaning: "Whether a classifier is certain of each sample and finds all classes equally often; between 1 and the number of classes. Higher is better.",
        interpretation: Interpretation {
            healthy: "rising, then constant.",
            trouble: "falling: classes are lost, or samples blur.",
        },
    },
    Description {
        title: "Parzen-window log-likelihood",
        metrics: &[MetricName::Parzen],
        extent: fitted,
        meaning: "Log-likelihood, in nats, of test images under a Gaussian window around each sample. Higher is better; the measure is rough.",
        interpretation: Interpretation {
            healthy: "rising, then constant.",
            trouble: "falling for many ticks.",
        },
    },
    Description {
        title: "Modes found",
        metrics: &[MetricName::Modes],
        extent: from_zero,
        meaning: "Number of modes of the data with at least one sample.",
        interpretation: Interpretation {
            healthy: "all of them, early.",
            trouble: "fewer than there are, or going up and down: the generator jumps from mode to mode.",
        },
    },
    Description {
        title: "Samples near a mode",
        metrics: &[MetricName::HighQuality],
        extent: from_zero,
        meaning: "Share of samples within three standard deviations of a mode. Higher is better; real points reach 0.989.",
        interpretation: Interpretation {
            healthy: "rising towards 0.989.",
            trouble: "low with all modes found: samples lie between the modes.",
        },
    },
    Description {
        title: "Divergence of mode shares",
        metrics: &[MetricName::ReverseKl],
        extent: from_zero,
        meaning: "Kullback-Leibler divergence, in nats, of the samples' shares of the modes from those of the data. Lower is better.",
        interpretation: Interpretation {
            healthy: "near zero.",
            trouble: "away from zero: some modes get too many samples and others too few.",
        },
    },
    Description {
        title: "Copies and similarity",
        metrics: &[MetricName::Nearest, MetricName::Diversity],
        extent: from_zero,
        meaning: "nearest: distance to the closest training image, over that of held-out real images; 1 is best. diversity: similarity of pairs of samples, 1 where all are one image; best at the value of the data.",
        interpretation: Interpretation {
            healthy: "level.",
            trouble: "nearest well below 1: training images are copied. diversity rising towards 1: the samples become one image.",
        },
    },
];

/// The charts whose metrics the run has.
pub fn charts(ticks: &[Tick]) -> Vec<CaptionedChart> {
    CHARTS
        .iter()
        .filter_map(|description| chart(description, ticks))
        .collect()
}

fn chart(description: &Description, ticks: &[Tick]) -> Option<CaptionedChart> {
    let metrics = description.metrics.iter().map(|metric| metric.name());
    let lines = metrics.zip(COLOURS);
    let lines = lines.map(|(name, colour)| line(name, colour, ticks, name, 1.0));
    let lines: Vec<Line> = lines.filter(|line| !line.points.is_empty()).collect();
    if lines.is_empty() {
        return None;
    }
    Some(CaptionedChart {
        title: description.title.to_owned(),
        chart: Chart {
            lines,
            levels: Vec::new(),
            extent: (description.extent)(),
        },
        meaning: description.meaning.to_owned(),
        interpretation: Some(description.interpretation),
    })
}

fn from_zero() -> Extent {
    Extent::FromZero
}

fn fitted() -> Extent {
    Extent::Fitted
}
