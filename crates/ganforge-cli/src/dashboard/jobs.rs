//! Ctrl-Z and `fg`: the process stops as a job of its shell and goes on again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What the shell wants of this job.
#[derive(Debug, Default)]
pub struct Jobs {
    /// To stop, asked by Ctrl-Z or `kill -TSTP`.
    stop: Arc<AtomicBool>,
    /// It was stopped, by whatever signal, and goes on.
    goes_on: Arc<AtomicBool>,
    /// There is no dashboard any longer that would have to give the terminal back first.
    ended: Arc<AtomicBool>,
}

impl Jobs {
    /// Notes signals of job control, unless the process was started with them ignored.
    #[cfg(unix)]
    pub fn watch() -> Arc<Self> {
        use signal_hook::consts::{SIGCONT, SIGTSTP};
        use signal_hook::flag::{register, register_conditional_default};

        let jobs = Self::default();
        if !crate::signals::is_ignored(SIGTSTP) && super::modes::has_shell() {
            // Should the system refuse, it stops the process without more ado, as it does by default.
            let _ = register(SIGTSTP, jobs.stop.clone());
            let _ = register_conditional_default(SIGTSTP, jobs.ended.clone());
        }
        let _ = register(SIGCONT, jobs.goes_on.clone());
        Arc::new(jobs)
    }

    /// There are none here.
    #[cfg(not(unix))]
    pub fn watch() -> Arc<Self> {
        Arc::default()
    }

    /// Whether the user wants the shell.
    pub fn is_to_stop(&self) -> bool {
        self.stop.swap(false, Ordering::SeqCst)
    }

    /// Stops the process, until the shell lets it go on.
    pub fn stop() {
        #[cfg(unix)]
        let _ = signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP);
    }

    /// Whether the process was stopped and goes on.
    pub fn goes_on_again(&self) -> bool {
        self.goes_on.swap(false, Ordering::SeqCst)
    }

    /// From here on Ctrl-Z stops the process without the dashboard.
    pub fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
    }
}
