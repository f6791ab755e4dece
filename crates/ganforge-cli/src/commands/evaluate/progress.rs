//! What is under way, on standard error.

use std::time::Duration;

use ganforge_eval::Part;
use indicatif::{ProgressBar, ProgressStyle};

use crate::error::CliError;

/// A bar for images, and a name for each metric. Where nobody watches, nothing is shown.
pub struct Progress {
    bar: ProgressBar,
    counting: ProgressStyle,
}

impl Progress {
    /// Nothing under way yet; `shown` or hidden.
    pub fn new(shown: bool) -> Result<Self, CliError> {
        let counting = ProgressStyle::with_template("{msg:17} {bar:30} {pos}/{len} {eta} left")
            .map_err(|error| CliError::System(error.to_string()))?;
        let bar = if shown {
            ProgressBar::new(0)
        } else {
            ProgressBar::hidden()
        };
        let bar = bar.with_style(counting.clone());
        bar.set_message("real images");
        bar.enable_steady_tick(Duration::from_millis(200));
        Ok(Self { bar, counting })
    }

    /// So many of a part's images are in.
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

    /// Begins something whose end is not known.
    pub fn name(&self, name: &'static str) {
        self.bar.set_style(ProgressStyle::default_spinner());
        self.bar.set_message(name);
    }

    /// Says something that stays on the screen.
    pub fn aside(&self, say: impl FnOnce()) {
        self.bar.suspend(say);
    }

    /// Leaves the screen as it was.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
