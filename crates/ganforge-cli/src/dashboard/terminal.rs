//! Takes the terminal for the dashboard, and restores it on every exit.

use std::io::{self, BufWriter, Stdout, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, size,
};
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use super::terminal_modes::{self, Modes};

/// The settings before the terminal was taken; `None` while it is not taken.
static TAKEN: Mutex<Option<Modes>> = Mutex::new(None);

/// What the dashboard draws on.
pub type Screen = Terminal<CrosstermBackend<Out>>;

/// Takes the terminal: alternate screen, hidden cursor, raw mode. A second call sets it up again.
///
/// # Errors
///
/// The terminal is closed or does not support this.
pub fn take() -> io::Result<Screen> {
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    let modes = terminal_modes::raw()?;
    taken.get_or_insert(modes);
    execute!(io::stdout(), EnterAlternateScreen, Hide)?;
    drop(taken);
    screen()
}

/// An empty screen of the terminal's current size.
///
/// # Errors
///
/// The terminal is closed.
pub fn screen() -> io::Result<Screen> {
    execute!(io::stdout(), Clear(ClearType::All))?;
    let (width, height) = size()?;
    // A viewport of ratatui that follows the size runs `tput` when the terminal is closed.
    let viewport = Viewport::Fixed(Rect::new(0, 0, width, height));
    let out = Out(BufWriter::with_capacity(1 << 16, io::stdout()));
    Terminal::with_options(CrosstermBackend::new(out), TerminalOptions { viewport })
}

/// Restores the terminal, if it is taken.
pub fn restore() {
    let modes = TAKEN.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(modes) = modes {
        modes.restore();
        let mut out = io::stdout();
        let _ = execute!(out, LeaveAlternateScreen, Show);
        let _ = out.flush();
    }
}

/// Drops the saved settings without restoring them: after SIGSTOP, the shell has set the terminal itself.
pub fn leave_to_the_shell() {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner).take();
}

/// Drops a closed terminal, so that nothing is written to it.
pub fn forget() {
    FAILED.store(true, Ordering::SeqCst);
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner).take();
}

/// Whether the terminal is taken. A panic or a second signal may restore it from another thread.
pub fn is_taken() -> bool {
    TAKEN
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .is_some()
}

/// The size in columns and rows.
///
/// # Errors
///
/// The terminal is closed.
pub fn current_size() -> io::Result<(u16, u16)> {
    size()
}

/// Whether a write has failed.
static FAILED: AtomicBool = AtomicBool::new(false);

/// Standard output that records failures in [`FAILED`] and reports success: ratatui prints errors on drop to standard error, which is the same terminal, and
/// panics if that fails.
pub struct Out(BufWriter<Stdout>);

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if FAILED.load(Ordering::SeqCst) {
            return Ok(bytes.len());
        }
        let written = self.0.write(bytes);
        FAILED.fetch_or(written.is_err(), Ordering::SeqCst);
        Ok(written.unwrap_or(bytes.len()))
    }

    fn flush(&mut self) -> io::Result<()> {
        if !FAILED.load(Ordering::SeqCst) {
            FAILED.fetch_or(self.0.flush().is_err(), Ordering::SeqCst);
        }
        Ok(())
    }
}

/// Checks that everything drawn was written.
///
/// # Errors
///
/// A write has failed.
pub fn check_written() -> io::Result<()> {
    if FAILED.load(Ordering::SeqCst) {
        return Err(io::ErrorKind::NotConnected.into());
    }
    Ok(())
}
