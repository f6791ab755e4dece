//! A terminal for the real binary, of 24 rows and 80 columns.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, Command, ExitStatus};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::{Winsize, openpty};
use nix::sys::termios::{LocalFlags, tcgetattr};

/// The user's end of a terminal, and the process at the other one.
pub struct Terminal {
    user: File,
    child: Child,
    /// What was written to it and not waited for yet, escape sequences and all.
    written: String,
}

/// One terminal at a time is opened.
static STARTING: Mutex<()> = Mutex::new(());

/// As long as a slow machine may take.
const PATIENCE: Duration = Duration::from_mins(1);

impl Terminal {
    /// Starts a command in a session of its own with this terminal. Variables that would hide a terminal are removed.
    pub fn start(command: &Command) -> Self {
        let size = Winsize {
            ws_row: 24,
            ws_col: 80,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        // No child may inherit the user's end, or closing it hangs nothing up: the copies are closed on exec.
        let alone = STARTING.lock().unwrap();
        let pair = openpty(&size, None).unwrap();
        let [user, program] = [&pair.master, &pair.slave].map(|end| end.try_clone().unwrap());
        drop(pair);
        let end = || OwnedFd::try_clone(&program).unwrap();
        let mut session = Command::new("setsid");
        session
            .arg("--ctty")
            .arg(command.get_program())
            .args(command.get_args())
            .current_dir(command.get_current_dir().unwrap())
            .env("TERM", "xterm-256color")
            .env_remove("JPY_PARENT_PID")
            .env_remove("COLAB_RELEASE_TAG")
            .env_remove("KAGGLE_KERNEL_RUN_TYPE")
            .stdin(end())
            .stdout(end())
            .stderr(end());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => session.env(name, value),
                None => session.env_remove(name),
            };
        }
        let child = session.spawn().unwrap();
        drop(alone);
        Self {
            user: File::from(user),
            child,
            written: String::new(),
        }
    }

    /// Waits until this was written since the last wait, and returns what was.
    pub fn sees(&mut self, words: &str) -> String {
        let patience = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.written.find(words) {
                return self.written.drain(..at + words.len()).collect();
            }
            let open = self.read();
            let shown = &self.written;
            assert!(open, "the end came before {words:?}: {shown:?}");
            assert!(Instant::now() < patience, "no {words:?} in {shown:?}");
        }
    }

    /// Types keys.
    pub fn types(&mut self, keys: &str) {
        self.user.write_all(keys.as_bytes()).unwrap();
    }

    /// Whether lines are edited and signals are sent as a shell expects.
    pub fn is_as_found(&self) -> bool {
        let modes = tcgetattr(&self.user).unwrap().local_flags;
        modes.contains(LocalFlags::ICANON | LocalFlags::ECHO | LocalFlags::ISIG)
    }

    /// Closes the window and waits for the end.
    pub fn close(self) -> ExitStatus {
        let Self { user, child, .. } = self;
        drop(user);
        end_of(child)
    }

    /// Waits for the end without reading what is written.
    pub fn wait_unread(self) -> ExitStatus {
        end_of(self.child)
    }

    /// Waits for the end; returns the status and what was written since the last wait.
    pub fn wait(mut self) -> (ExitStatus, String) {
        let patience = Instant::now() + PATIENCE;
        while self.read() {
            assert!(Instant::now() < patience, "no end: {:?}", self.written);
        }
        (self.child.wait().unwrap(), self.written)
    }

    /// Process id of the command, a shell or the binary.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Reads what is there; false when nobody has the other end any longer.
    fn read(&mut self) -> bool {
        let mut watched = [PollFd::new(self.user.as_fd(), PollFlags::POLLIN)];
        if poll(&mut watched, PollTimeout::from(50_u8)).unwrap() == 0 {
            return true;
        }
        let mut bytes = [0; 4096];
        match self.user.read(&mut bytes) {
            Ok(0) | Err(_) => false,
            Ok(count) => {
                self.written
                    .push_str(&String::from_utf8_lossy(&bytes[..count]));
                true
            }
        }
    }
}

/// How a process ends; one that does not is killed.
fn end_of(mut child: Child) -> ExitStatus {
    let patience = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if Instant::now() > patience {
            child.kill().unwrap();
            panic!("the process does not end");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
