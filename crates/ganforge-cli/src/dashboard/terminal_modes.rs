//! Raw mode, and which job is in the foreground.

#[cfg(unix)]
pub use unix::{Modes, has_shell, is_in_foreground, pressed, raw};

#[cfg(not(unix))]
pub use other::{Modes, is_in_foreground, pressed, raw};

#[cfg(unix)]
mod unix {
    use std::io;
    use std::os::fd::AsFd;
    use std::time::Duration;

    use nix::errno::Errno;
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use nix::sys::termios::{
        LocalFlags, SetArg, SpecialCharacterIndices, Termios, cfmakeraw, tcgetattr, tcsetattr,
    };
    use nix::unistd::{getpgrp, getsid, read, tcgetpgrp};

    use crate::dashboard::input::{Key, keys};

    /// The terminal's settings before raw mode.
    pub struct Modes(Termios);

    impl Modes {
        /// Restores the settings.
        pub fn restore(&self) {
            let _ = tcsetattr(io::stdin(), SetArg::TCSANOW, &self.0);
        }
    }

    /// Sets raw mode, in which Ctrl-C is a key. Ctrl-Z stays a signal, because it concerns the whole job. Returns the earlier settings.
    pub fn raw() -> io::Result<Modes> {
        let before = tcgetattr(io::stdin())?;
        let mut modes = before.clone();
        cfmakeraw(&mut modes);
        modes.local_flags |= LocalFlags::ISIG;
        for character in [
            SpecialCharacterIndices::VINTR,
            SpecialCharacterIndices::VQUIT,
        ] {
            modes.control_chars[character as usize] = DISABLED;
        }
        tcsetattr(io::stdin(), SetArg::TCSANOW, &modes)?;
        Ok(Modes(before))
    }

    /// The value that disables a control character.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const DISABLED: u8 = 0;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const DISABLED: u8 = 0xff;

    /// Whether this process is in the foreground, as it always is without a shell with job control. A disowned job that outlives its shell has no
    /// terminal.
    pub fn is_in_foreground() -> bool {
        tcgetpgrp(io::stdin()).map_or_else(|_| !has_shell(), |group| group == getpgrp())
    }

    /// Whether a shell can continue a stopped job. A process that leads its session, as in a container, has none.
    pub fn has_shell() -> bool {
        getsid(None).is_ok_and(|session| session != getpgrp())
    }

    /// The keys pressed within `timeout`; none in the background.
    ///
    /// # Errors
    ///
    /// The terminal is closed.
    pub fn pressed(timeout: Duration) -> io::Result<Vec<Key>> {
        let input = io::stdin();
        let wanted = if is_in_foreground() {
            PollFlags::POLLIN
        } else {
            PollFlags::empty()
        };
        let mut watched = [PollFd::new(input.as_fd(), wanted)];
        let timeout = PollTimeout::try_from(timeout).unwrap_or(PollTimeout::ZERO);
        match poll(&mut watched, timeout) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        let seen = watched[0].revents().unwrap_or(PollFlags::empty());
        if seen.intersects(PollFlags::POLLHUP | PollFlags::POLLERR | PollFlags::POLLNVAL) {
            return Err(io::ErrorKind::NotConnected.into());
        }
        if !seen.contains(PollFlags::POLLIN) {
            return Ok(Vec::new());
        }
        let mut bytes = [0; 256];
        match read(&input, &mut bytes) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => Ok(keys(&bytes[..count])),
            Err(Errno::EINTR | Errno::EAGAIN) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(not(unix))]
mod other {
    use std::io;

    use ratatui::crossterm::terminal::{disable_raw_mode, enable_raw_mode};

    pub use crate::dashboard::input::pressed;

    /// The terminal's settings before raw mode.
    pub struct Modes;

    impl Modes {
        /// Restores the settings.
        pub fn restore(&self) {
            let _ = disable_raw_mode();
        }
    }

    /// Sets raw mode. Returns the earlier settings.
    pub fn raw() -> io::Result<Modes> {
        enable_raw_mode()?;
        Ok(Modes)
    }

    /// Always true: there is no job control.
    pub fn is_in_foreground() -> bool {
        true
    }
}
