//! One readable line a tick, for pipes, files and continuous integration.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use ganforge_eval::MetricName;

use crate::commands::number;
use crate::message;
use crate::renderer::{Figures, Show};

/// Writes to standard output what the dashboard would draw.
pub struct LogRenderer {
    total: usize,
    /// Images that an earlier session had shown, and when this one began.
    start: Option<(usize, Instant)>,
    first: usize,
    silent: bool,
}

impl LogRenderer {
    /// A renderer for a run that goes on after `first` images.
    pub fn new(first: u64) -> Self {
        Self {
            total: 0,
            start: None,
            first: usize::try_from(first).unwrap_or(usize::MAX),
            silent: false,
        }
    }

    /// A renderer that says nothing.
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
            if name.parse::<MetricName>().is_ok() {
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

    /// From the pace of this session.
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

impl Show for LogRenderer {
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
