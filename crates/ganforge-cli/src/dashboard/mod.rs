//! The dashboard: a thread that draws the values of a run and reads keys.
//!
//! Values flow one way, from [`Dashboard`] over a channel to the thread, so that training never waits for a terminal.

mod chart;
mod curve;
mod dialog;
mod display;
mod input;
mod job_control;
mod state;
mod table;
pub mod terminal;
mod terminal_modes;
mod thread;
mod view;

pub use display::RunDisplay;

use std::io;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use burn::train::Interrupter;

use crate::renderer::{Figures, RunView};
use state::State;
use thread::Event;

/// Sends the values of a run to the dashboard's thread.
pub struct Dashboard {
    events: Sender<Event>,
    thread: Option<JoinHandle<()>>,
}

/// How long a stalled terminal may delay the end.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

impl Dashboard {
    /// Takes the terminal for a run with this title that starts after `first` images.
    ///
    /// # Errors
    ///
    /// The terminal is closed, or no thread can be started.
    pub fn open(title: String, first: u64, interrupter: &Interrupter) -> io::Result<Self> {
        let first = usize::try_from(first).unwrap_or(usize::MAX);
        let (events, received) = channel();
        let thread = thread::start(State::new(title, first), received, interrupter.clone())?;
        Ok(Self {
            events,
            thread: Some(thread),
        })
    }

    /// Ignores a thread that has ended because its terminal was closed.
    fn send(&self, event: Event) {
        let _ = self.events.send(event);
    }

    /// Restores the terminal.
    fn close(&mut self) {
        let Some(thread) = self.thread.take() else {
            return;
        };
        self.send(Event::Close);
        let timeout = Instant::now() + CLOSE_TIMEOUT;
        while !thread.is_finished() && Instant::now() < timeout {
            std::thread::sleep(Duration::from_millis(2));
        }
        terminal::restore();
    }
}

impl Drop for Dashboard {
    fn drop(&mut self) {
        self.close();
    }
}

impl RunView for Dashboard {
    fn start(&mut self) {
        self.send(Event::Start);
    }

    fn total(&mut self, images: usize) {
        self.send(Event::Total(images));
    }

    fn register(&mut self, name: &str, unit: Option<String>) {
        let name = name.to_owned();
        self.send(Event::Register { name, unit });
    }

    fn tick(&mut self, images: usize, figures: Figures) {
        self.send(Event::Tick { images, figures });
    }

    fn end(&mut self) {
        self.close();
    }
}
