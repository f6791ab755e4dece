//! Signals that end a command between two pieces of its work, so that it can tidy up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::CliError;
use crate::signals::on_signal;

/// Whether Ctrl-C, or the system's request to end, has come.
#[derive(Debug)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From now on the first signal is for the command to notice; a second one ends it at once.
    pub fn listen() -> Result<Self, CliError> {
        let came = Arc::new(AtomicBool::new(false));
        let earlier = Arc::clone(&came);
        on_signal(move || earlier.store(true, Ordering::SeqCst))?;
        Ok(Self(came))
    }

    pub fn came(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
