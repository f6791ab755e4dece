//! Signals that end a command; a run ends after the current step, with a checkpoint.

mod interrupt;

pub use interrupt::Interrupt;

#[cfg(unix)]
use std::time::{Duration, Instant};

use burn::train::Interrupter;

use crate::dashboard::terminal;
use crate::error::CliError;

/// The first signal ends the run after the current step, a second one ends the process at once.
pub fn stop_on_signal(interrupter: &Interrupter) -> Result<(), CliError> {
    let interrupter = interrupter.clone();
    on_signal(move || interrupter.stop(Some("interrupted")))
}

/// Signals this soon after the first count as one: `timeout` sends its signal to the process and again to its group.
#[cfg(unix)]
const SAME_REQUEST: Duration = Duration::from_millis(200);

/// Calls `first` on the first of SIGINT, SIGTERM or SIGHUP, and ends the process on the second.
///
/// SIGHUP stays ignored if it was ignored at the start, as under `nohup`. SIGINT does not: shells ignore it for background jobs of a script, and
/// `kill -INT` has to end such a run.
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
        let mut first_at: Option<Instant> = None;
        for signal in signals.forever() {
            // A closing terminal may send SIGHUP twice, and a service manager sends it together with SIGTERM.
            if signal != SIGHUP {
                if first_at.is_some_and(|first| first.elapsed() >= SAME_REQUEST) {
                    end_at_once();
                }
                first_at.get_or_insert_with(Instant::now);
            }
            first();
        }
    };
    let thread = std::thread::Builder::new().name("signals".to_owned());
    thread.spawn(listen).map_err(fault)?;
    Ok(())
}

/// Calls `first` on the first Ctrl-C, and ends the process on the second.
#[cfg(not(unix))]
pub fn on_signal(first: impl Fn() + Send + 'static) -> Result<(), CliError> {
    let came = std::sync::atomic::AtomicBool::new(false);
    ctrlc::set_handler(move || {
        if came.swap(true, std::sync::atomic::Ordering::SeqCst) {
            end_at_once();
        }
        first();
    })
    .map_err(|error| CliError::System(error.to_string()))
}

/// Exits with status 130, without a checkpoint.
pub fn end_at_once() -> ! {
    // On a thread, because a stalled terminal may block forever.
    let (restored, waits) = std::sync::mpsc::channel();
    let restore = move || {
        terminal::restore();
        let _ = restored.send(());
    };
    let _ = std::thread::Builder::new().spawn(restore);
    let _ = waits.recv_timeout(std::time::Duration::from_millis(500));
    std::process::exit(130)
}

/// Whether a closed terminal ends the run: unless SIGHUP was ignored at the start.
pub fn terminal_may_end_the_run() -> bool {
    #[cfg(unix)]
    return !is_ignored(signal_hook::consts::SIGHUP);
    #[cfg(not(unix))]
    true
}

/// Whether the process was started with this signal ignored. False where the system does not report it.
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
