//! The terminal under the dashboard.

/// Makes Ctrl-C a signal again.
///
/// The dashboard puts the terminal into raw mode to read single keys, and in that mode Ctrl-C is a key too, one that
/// the dashboard knows nothing of. On closing it restores the terminal as it found it.
#[cfg(unix)]
pub fn let_interrupts_through() {
    use std::time::Duration;

    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

    let Ok(terminal) = std::fs::File::open("/dev/tty") else {
        return;
    };
    // The dashboard opens on a thread of its own: two seconds are far more than it needs.
    for _ in 0..200 {
        match tcgetattr(&terminal) {
            Ok(mut mode) if !mode.local_modes.contains(LocalModes::ICANON) => {
                mode.local_modes |= LocalModes::ISIG;
                // Should it fail, `q` still stops the run.
                let _ = tcsetattr(&terminal, OptionalActions::Now, &mode);
                return;
            }
            Ok(_) => std::thread::sleep(Duration::from_millis(10)),
            Err(_) => return,
        }
    }
}

/// Elsewhere `q` stops the run.
#[cfg(not(unix))]
pub fn let_interrupts_through() {}
