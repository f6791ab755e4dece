//! Signals as a flag, for commands that check between two pieces of work and clean up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::on_signal;
use crate::error::CliError;

/// Whether SIGINT, SIGTERM or SIGHUP has been received.
#[derive(Debug)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From now on the first signal sets the flag, and a second one ends the process.
    pub fn listen() -> Result<Self, CliError> {
        let came = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&came);
        on_signal(move || flag.store(true, Ordering::SeqCst))?;
        Ok(Self(came))
    }

    pub fn came(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
