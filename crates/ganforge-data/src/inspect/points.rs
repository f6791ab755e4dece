//! What a set of 2-D points is like.

use serde::Serialize;

use super::{ClassCount, count_classes, imbalance};
use crate::content::Content;
use crate::loaded::Loaded;

/// What a set of 2-D points is like.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PointInspection {
    /// The source, as the user names it.
    pub source: String,
    /// How many points there are.
    pub points: usize,
    /// The first coordinate.
    pub x: Span,
    /// The second coordinate.
    pub y: Span,
    /// The classes, or modes, and their counts.
    pub classes: Vec<ClassCount>,
    /// How many times the smallest class fits into the largest; `None` with fewer than two classes.
    pub imbalance: Option<f64>,
}

/// How the values of one coordinate lie.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Span {
    /// The smallest.
    pub smallest: f32,
    /// The mean.
    pub mean: f64,
    /// The largest.
    pub largest: f32,
}

/// Inspects points.
pub(super) fn of(source: &str, loaded: &Loaded) -> PointInspection {
    let points: &[[f32; 2]] = match &loaded.content {
        Content::Points(points) => points,
        Content::Pixels { .. } | Content::Files(_) | Content::Stacked(_) => &[],
    };
    let labels = loaded.labels.as_deref().unwrap_or_default();
    let classes = count_classes(
        labels
            .iter()
            .filter_map(|&label| loaded.classes.get(label as usize).map(String::as_str)),
    );
    PointInspection {
        source: source.to_owned(),
        points: points.len(),
        x: span(points.iter().map(|point| point[0])),
        y: span(points.iter().map(|point| point[1])),
        imbalance: imbalance(&classes),
        classes,
    }
}

fn span(values: impl Iterator<Item = f32>) -> Span {
    let (mut smallest, mut largest) = (f32::INFINITY, f32::NEG_INFINITY);
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values {
        smallest = smallest.min(value);
        largest = largest.max(value);
        sum += f64::from(value);
        count += 1.0;
    }
    Span {
        smallest,
        mean: sum / count,
        largest,
    }
}
