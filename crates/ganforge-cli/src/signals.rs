//! Signals that end a command: a run after the step under way, with a checkpoint.

#[cfg(unix)]
use std::time::{Duration, Instant};

use burn::train::Interrupter;

use crate::dashboard::terminal;
use crate::error::CliError;

/// Ends the run after its step when a signal asks for that, at once when a second one does.
pub fn stop_on_signal(interrupter: &Interrupter) -> Result<(), CliError> {
    let interrupter = interrupter.clone();
    on_signal(move || interrupter.stop(Some("interrupted")))
}

/// Signals that come so soon after the first ask for the same: `timeout` sends its own to the process and again to the process's group.
#[cfg(unix)]
const SAME_REQUEST: Duration = Duration::from_millis(200);

/// Calls `first` when a signal asks the process to end, and ends it at once when a second one does.
///
/// A hang-up that was ignored when the process began, as under `nohup`, stays ignored. Interrupts do not: shells ignore them for every job that a script starts in
/// the background, and `kill -INT` has to end such a run.
#[cfg(unix)]
pub fn on_signal(first: impl Fn() + Send + 'static) -> Result<(), CliError> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    let listened: Vec<i32> = [SIGINT, SIGTERM, SIGHUP]
        .into_iter()
        .filter(|&signal| signal != SIGHUP || !is_ignored(signal))
        .collect();
    let fault = |error: std::io::Error| CliError::System(format!("signals: {error}"));
    let mut signals = Signals::new(listened).map_err(fault)?;
    let listen = move || {
        let mut asked: Option<Instant> = None;
        for signal in signals.forever() {
            // A terminal that closes may hang up twice, and a service manager sends both at once.
            if signal != SIGHUP {
                if asked.is_some_and(|first| first.elapsed() >= SAME_REQUEST) {
                    end_at_once();
                }
                asked.get_or_insert_with(Instant::now);
            }
            first();
        }
    };
    let thread = std::thread::Builder::new().name("signals".to_owned());
    thread.spawn(listen).map_err(fault)?;
    Ok(())
}

/// Calls `first` when Ctrl-C asks the process to end, and ends it at once when a second one does.
#[cfg(not(unix))]
pub fn on_signal(first: impl Fn() + Send + 'static) -> Result<(), CliError> {
    let asked = std::sync::atomic::AtomicBool::new(false);
    ctrlc::set_handler(move || {
        if asked.swap(true, std::sync::atomic::Ordering::SeqCst) {
            end_at_once();
        }
        first();
    })
    .map_err(|error| CliError::System(error.to_string()))
}

/// Ends the process as interrupted, without a checkpoint.
pub fn end_at_once() -> ! {
    // A terminal that takes nothing more, such as a stalled connection, does not hold it up.
    let (restored, waits) = std::sync::mpsc::channel();
    let restore = move || {
        terminal::restore();
        let _ = restored.send(());
    };
    let _ = std::thread::Builder::new().spawn(restore);
    let _ = waits.recv_timeout(std::time::Duration::from_millis(500));
    std::process::exit(130)
}

/// Whether a terminal that closes ends the run; not when hang-ups were ignored from the start.
pub fn terminal_may_end_the_run() -> bool {
    #[cfg(unix)]
    return !is_ignored(signal_hook::consts::SIGHUP);
    #[cfg(not(unix))]
    true
}

/// Whether the process was started with this signal ignored. Where the system does not tell, it was not.
#[cfg(unix)]
pub fn is_ignored(signal: i32) -> bool {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
        return false;
    };
    ignored_signals(&status) & signal_bit(signal) != 0
}

/// The mask of ignored signals in the text of `/proc/self/status`.
#[cfg(unix)]
fn ignored_signals(status: &str) -> u64 {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

#[cfg(unix)]
fn signal_bit(signal: i32) -> u64 {
    let number = u32::try_from(signal).unwrap_or(0);
    number
        .checked_sub(1)
        .and_then(|shift| 1_u64.checked_shl(shift))
        .unwrap_or(0)
}

#[cfg(all(test, unix))]
mod tests {
    use signal_hook::consts::{SIGHUP, SIGINT};

    use super::*;

    #[test]
    fn ignored_signals_are_read_from_the_status_of_the_process() {
        let status = "Name:\tganforge\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n";
        let mask = ignored_signals(status);
        assert_ne!(mask & signal_bit(SIGHUP), 0);
        assert_eq!(mask & signal_bit(SIGINT), 0);
        assert_eq!(ignored_signals("Name:\tganforge\n"), 0);
        assert_eq!(signal_bit(0) | signal_bit(-1) | signal_bit(100), 0);
    }
}
