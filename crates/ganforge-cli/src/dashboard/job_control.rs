//! Job control: Ctrl-Z stops the process, `fg` continues it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Signals of job control as flags.
#[derive(Debug, Default)]
pub struct JobControl {
    /// SIGTSTP was received, from Ctrl-Z or `kill -TSTP`.
    stop: Arc<AtomicBool>,
    /// SIGCONT was received: the process was stopped by any signal, and continues.
    continued: Arc<AtomicBool>,
    /// The dashboard has ended, so that SIGTSTP may stop the process at once.
    ended: Arc<AtomicBool>,
}

impl JobControl {
    /// Sets flags on SIGTSTP and SIGCONT, unless the process was started with SIGTSTP ignored.
    #[cfg(unix)]
    pub fn watch() -> Arc<Self> {
        use signal_hook::consts::{SIGCONT, SIGTSTP};
        use signal_hook::flag::{register, register_conditional_default};

        let jobs = Self::default();
        if !crate::signals::is_ignored(SIGTSTP) && super::terminal_modes::has_shell() {
            // If registering fails, the default stops the process at once.
            let _ = register(SIGTSTP, jobs.stop.clone());
            let _ = register_conditional_default(SIGTSTP, jobs.ended.clone());
        }
        let _ = register(SIGCONT, jobs.continued.clone());
        Arc::new(jobs)
    }

    /// No job control here.
    #[cfg(not(unix))]
    pub fn watch() -> Arc<Self> {
        Arc::default()
    }

    /// Whether SIGTSTP was received since the last call.
    pub fn stop_requested(&self) -> bool {
        self.stop.swap(false, Ordering::SeqCst)
    }

    /// Stops the process until SIGCONT.
    pub fn stop() {
        #[cfg(unix)]
        let _ = signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP);
    }

    /// Whether SIGCONT was received since the last call.
    pub fn was_continued(&self) -> bool {
        self.continued.swap(false, Ordering::SeqCst)
    }

    /// From now on SIGTSTP stops the process at once.
    pub fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
    }
}
