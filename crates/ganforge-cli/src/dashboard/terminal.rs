//! The terminal under the dashboard: taken, given back on every way out, watched for keys and for its end.

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

use super::modes::{self, Modes};

/// How the terminal was before it was taken; nothing while it is not.
static TAKEN: Mutex<Option<Modes>> = Mutex::new(None);

/// What the dashboard draws on.
pub type Screen = Terminal<CrosstermBackend<Out>>;

/// Takes the terminal: the alternate screen, no cursor, single keys. Taken twice, it is set up again.
///
/// # Errors
///
/// The terminal is gone or refuses.
pub fn take() -> io::Result<Screen> {
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    let modes = modes::raw()?;
    taken.get_or_insert(modes);
    execute!(io::stdout(), EnterAlternateScreen, Hide)?;
    drop(taken);
    screen()
}

/// An empty screen of the size that the terminal has.
///
/// # Errors
///
/// The terminal is gone.
pub fn screen() -> io::Result<Screen> {
    execute!(io::stdout(), Clear(ClearType::All))?;
    let (width, height) = size()?;
    // A screen that follows the size by itself starts other programs to ask for it when the terminal is gone.
    let viewport = Viewport::Fixed(Rect::new(0, 0, width, height));
    let out = Out(BufWriter::with_capacity(1 << 16, io::stdout()));
    Terminal::with_options(CrosstermBackend::new(out), TerminalOptions { viewport })
}

/// Gives the terminal back as it was found; does nothing when it is not taken.
pub fn restore() {
    let modes = TAKEN.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(modes) = modes {
        modes.restore();
        let mut out = io::stdout();
        let _ = execute!(out, LeaveAlternateScreen, Show);
        let _ = out.flush();
    }
}

/// Forgets a terminal that the shell has set for itself, after it stopped the process by a signal that cannot be caught.
pub fn leave_to_the_shell() {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner).take();
}

/// Forgets a terminal that is gone, so that nothing is written to it.
pub fn forget() {
    FAILED.store(true, Ordering::SeqCst);
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner).take();
}

/// Whether the terminal is taken. A panic or a second signal gives it back from other threads.
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
/// The terminal is gone.
pub fn current_size() -> io::Result<(u16, u16)> {
    size()
}

/// Whether anything could not be written.
static FAILED: AtomicBool = AtomicBool::new(false);

/// Standard output, for which failures are noted apart: a screen that is dropped says on standard error what fails, which is the same terminal, and panics when that
/// fails, too.
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

/// # Errors
///
/// Something that was drawn could not be written.
pub fn written() -> io::Result<()> {
    if FAILED.load(Ordering::SeqCst) {
        return Err(io::ErrorKind::NotConnected.into());
    }
    Ok(())
}
