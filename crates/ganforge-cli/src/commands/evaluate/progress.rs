//! What is under way, on standard error.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::error::CliError;

/// A bar for samples, and a name for each metric. Where nobody watches, nothing is shown.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Nothing under way yet; `shown` or hidden.
    pub fn new(shown: bool) -> Result<Self, CliError> {
        let style = ProgressStyle::with_template("{msg:16} {bar:30} {pos}/{len} {eta} left")
            .map_err(|error| CliError::System(error.to_string()))?;
        let bar = if shown {
            ProgressBar::new(0)
        } else {
            ProgressBar::hidden()
        };
        let bar = bar.with_style(style);
        bar.set_message("real images");
        bar.enable_steady_tick(Duration::from_millis(200));
        Ok(Self { bar })
    }

    /// Begins something that has `count` steps.
    pub fn begin(&self, name: &'static str, count: usize) {
        self.bar.set_message(name);
        self.bar.set_length(count as u64);
        self.bar.reset_eta();
    }

    /// Some steps are done.
    pub fn advance(&self, steps: usize) {
        self.bar.inc(steps as u64);
    }

    /// Begins something whose end is not known.
    pub fn name(&self, name: &'static str) {
        self.bar.set_message(name);
    }

    /// Leaves the screen as it was.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
