//! The inspection of a source of 2-D points.

use serde::Serialize;

use super::classes::{ClassCount, count_classes, imbalance};
use crate::sources::RawDataset;
use crate::storage::Storage;

/// Statistics of a source of 2-D points.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PointInspection {
    /// The data specification.
    pub source: String,
    /// Number of points.
    pub points: usize,
    /// The first coordinate.
    pub x: Span,
    /// The second coordinate.
    pub y: Span,
    /// Points per class or mode.
    pub classes: Vec<ClassCount>,
    /// The largest class count divided by the smallest; `None` with fewer than two classes.
    pub imbalance: Option<f64>,
}

/// The range and mean of one coordinate.
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
pub(super) fn of(source: &str, raw: &RawDataset) -> PointInspection {
    let points: &[[f32; 2]] = match &raw.storage {
        Storage::Points(points) => points,
        Storage::Pixels { .. } | Storage::Files(_) | Storage::Stacked(_) => &[],
    };
    let labels = raw.labels.as_deref().unwrap_or_default();
    let classes = count_classes(
        labels
            .iter()
            .filter_map(|&label| raw.classes.get(label as usize).map(String::as_str)),
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
