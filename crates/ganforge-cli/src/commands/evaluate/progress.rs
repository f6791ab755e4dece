//! Progress of an evaluation, on standard error.

use std::time::Duration;

use ganforge_eval::Part;
use indicatif::{ProgressBar, ProgressStyle};

use crate::error::CliError;

/// A bar while images are read, then the name of each metric. Hidden if standard error is not a terminal.
pub struct Progress {
    bar: ProgressBar,
    counting: ProgressStyle,
}

impl Progress {
    /// A bar at zero, visible or not.
    pub fn new(visible: bool) -> Result<Self, CliError> {
        let counting = ProgressStyle::with_template("{msg:17} {bar:30} {pos}/{len} {eta} left")
            .map_err(|error| CliError::System(error.to_string()))?;
        let bar = if visible {
            ProgressBar::new(0)
        } else {
            ProgressBar::hidden()
        };
        let bar = bar.with_style(counting.clone());
        bar.set_message("real images");
        bar.enable_steady_tick(Duration::from_millis(200));
        Ok(Self { bar, counting })
    }

    /// `done` of a part's `images` have been read.
    pub fn at(&self, part: Part, done: usize, images: usize) {
        let name = match part {
            Part::Samples => "samples",
            Part::Reference => "real images",
            Part::Training => "training images",
            Part::HeldOut | Part::Test => "test images",
            Part::Validation => "validation images",
        };
        if self.bar.message() != name {
            self.bar.set_style(self.counting.clone());
            self.bar.set_message(name);
            self.bar.reset_eta();
        }
        self.bar.set_length(images as u64);
        self.bar.set_position(done as u64);
    }

    /// Shows a spinner beside `name`.
    pub fn name(&self, name: &'static str) {
        self.bar.set_style(ProgressStyle::default_spinner());
        self.bar.set_message(name);
    }

    /// Hides the bar while `print` prints lines.
    pub fn suspend(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }

    /// Removes the bar.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
