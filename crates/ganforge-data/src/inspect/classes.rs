//! Class counts and imbalance.

use std::collections::BTreeMap;

use serde::Serialize;

/// The number of images of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClassCount {
    /// The name of the class.
    pub name: String,
    /// The number of its images or points.
    pub count: usize,
}

/// Counts classes, sorted by name (numbers by value).
pub(super) fn count_classes<'a>(classes: impl Iterator<Item = &'a str>) -> Vec<ClassCount> {
    let mut counts = BTreeMap::new();
    for class in classes {
        // Numbers sort by value, so that 10 follows 9; other names sort alphabetically.
        let key = (class.parse::<u32>().ok(), class);
        *counts.entry(key).or_insert(0) += 1;
    }
    counts
        .into_iter()
        .map(|((_, name), count)| ClassCount {
            name: name.to_owned(),
            count,
        })
        .collect()
}

/// The largest class count divided by the smallest; `None` with fewer than two classes.
#[expect(
    clippy::cast_precision_loss,
    reason = "a ratio of counts below 2^53 is exact enough"
)]
pub(super) fn imbalance(classes: &[ClassCount]) -> Option<f64> {
    let counts = || classes.iter().map(|class| class.count);
    if classes.len() < 2 {
        return None;
    }
    Some(counts().max()? as f64 / counts().min()? as f64)
}
