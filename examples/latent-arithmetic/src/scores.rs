//! Scores of sums, and their table.

use std::fmt;

/// The score of one sum.
#[derive(Debug, Clone, Copy)]
pub struct Score {
    /// Whether the image of the sum is a 7.
    pub is_seven: bool,
    /// Neighbours of eight that are 7s.
    pub neighbours: usize,
    /// Ink of the image less the mean ink of the thin 7s.
    pub rise: f64,
    /// Mean difference in ink of the samples of the added and the subtracted 3s.
    pub difference: f64,
    /// Norm of the sum over √dimension, 1 for a latent of unit variance.
    pub norm: f64,
}

impl Score {
    /// Whether ink rises by half of the 3s' difference.
    pub fn is_thicker(&self) -> bool {
        self.rise >= 0.5 * self.difference
    }

    /// Whether the sum is a thick 7.
    pub fn succeeds(&self) -> bool {
        self.is_seven && self.is_thicker()
    }
}

/// The scores of a row.
#[derive(Debug, Default)]
pub struct Scores(Vec<Score>);

impl Scores {
    /// The heading of the table.
    pub const HEADING: &str = "\
| sum | class 7 | neighbours | rise of ink | over the 3s' difference | sums that rise by half of it | both | norm / √d |
|---|---|---|---|---|---|---|---|";

    pub fn add(&mut self, score: Score) {
        self.0.push(score);
    }

    fn mean(&self, value: impl Fn(&Score) -> f64) -> f64 {
        self.0.iter().map(value).sum::<f64>() / self.0.len() as f64
    }

    /// Standard error of [`mean`](Self::mean).
    fn error(&self, value: impl Fn(&Score) -> f64) -> f64 {
        let mean = self.mean(&value);
        let count = self.0.len() as f64;
        let squares: f64 = self
            .0
            .iter()
            .map(|score| (value(score) - mean).powi(2))
            .sum();
        (squares / (count - 1.0).max(1.0) / count).sqrt()
    }
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |is_it: bool| 100.0 * f64::from(u8::from(is_it));
        let rise = self.mean(|score| score.rise);
        let difference = self.mean(|score| score.difference);
        write!(
            f,
            "{:.0} ± {:.0} % | {:.0} % | {rise:.4} ± {:.4} | {:.2} | {:.0} % | {:.0} % | {:.2}",
            self.mean(|score| share(score.is_seven)),
            self.error(|score| share(score.is_seven)),
            self.mean(|score| 100.0 * score.neighbours as f64 / 8.0),
            self.error(|score| score.rise),
            rise / difference,
            self.mean(|score| share(score.is_thicker())),
            self.mean(|score| share(score.succeeds())),
            self.mean(|score| score.norm),
        )
    }
}
