//! One line per tick, for pipes, files and continuous integration.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::view::{Figures, RunView};
use crate::format::number;
use crate::message;

/// Values with a place of their own in the line.
const PLACED: [&str; 8] = [
    "Loss D",
    "Loss G",
    "Score real",
    "Score fake",
    "Accuracy real",
    "Accuracy fake",
    "JSD estimate",
    "Images per second",
];

/// Values that the line leaves to `metrics.jsonl`. All others, such as evaluation metrics, follow by name.
const OMITTED: [&str; 3] = ["Penalty", "Gradient norm D", "Gradient norm G"];

/// Prints each tick to standard output.
pub struct LogRenderer {
    total: usize,
    /// Images shown by earlier sessions, and the start of this one.
    start: Option<(usize, Instant)>,
    first: usize,
    silent: bool,
}

impl LogRenderer {
    /// A renderer for a run that starts after `first` images.
    pub fn new(first: u64) -> Self {
        Self {
            total: 0,
            start: None,
            first: usize::try_from(first).unwrap_or(usize::MAX),
            silent: false,
        }
    }

    /// A renderer that prints nothing.
    pub fn silent() -> Self {
        Self {
            silent: true,
            ..Self::new(0)
        }
    }

    fn line(&self, images: usize, figures: &[(String, f64)]) -> String {
        let figure = |name: &str| {
            figures
                .iter()
                .find_map(|(known, value)| (known == name).then_some(*value))
        };
        let decimals = |name| figure(name).map_or_else(|| "-".to_owned(), |v| format!("{v:.3}"));
        let percent = 100.0 * images as f64 / self.total.max(1) as f64;
        let mut line = format!(
            "{images:>9}/{} images {percent:>5.1}%  loss D {} G {}  score real {} fake {}  accuracy real {:.0}% fake {:.0}%",
            self.total,
            decimals("Loss D"),
            decimals("Loss G"),
            decimals("Score real"),
            decimals("Score fake"),
            figure("Accuracy real").unwrap_or(f64::NAN),
            figure("Accuracy fake").unwrap_or(f64::NAN),
        );
        if let Some(jsd) = figure("JSD estimate") {
            let _ = write!(line, "  JSD {jsd:.3}");
        }
        for (name, value) in figures {
            if !PLACED.contains(&name.as_str()) && !OMITTED.contains(&name.as_str()) {
                let _ = write!(line, "  {name} {}", number(*value));
            }
        }
        let _ = write!(
            line,
            "  {:.0} images/s  {} left",
            figure("Images per second").unwrap_or(f64::NAN),
            self.time_left(images)
        );
        line
    }

    /// Estimated from the speed of this session.
    fn time_left(&self, images: usize) -> String {
        let Some((from, began)) = self.start else {
            return "-".to_owned();
        };
        let done = images.saturating_sub(from);
        if done == 0 {
            return "-".to_owned();
        }
        let ahead = self.total.saturating_sub(images) as f64 / done as f64;
        indicatif::HumanDuration(Duration::from_secs_f64(
            began.elapsed().as_secs_f64() * ahead,
        ))
        .to_string()
    }
}

impl RunView for LogRenderer {
    fn start(&mut self) {
        self.start = Some((self.first, Instant::now()));
    }

    fn total(&mut self, images: usize) {
        self.total = images;
    }

    fn tick(&mut self, images: usize, figures: Figures) {
        if !self.silent {
            message::say(&self.line(images, &figures));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_without_a_place_follow_by_name() {
        let mut log = LogRenderer::new(0);
        log.total(200);
        let figures = [
            ("Loss D", 1.25),
            ("Penalty", 0.5),
            ("frechet", 12.5),
            ("energy_real", 0.25),
        ]
        .map(|(name, value)| (name.to_owned(), value));
        let line = log.line(100, &figures);
        assert!(line.contains("50.0%  loss D 1.250 G -"), "{line}");
        assert!(
            line.contains("  frechet 12.500  energy_real 0.2500  "),
            "{line}"
        );
        assert!(!line.contains("Penalty"), "{line}");
    }
}
