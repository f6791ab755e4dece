//! The dashboard: figures go to a thread that draws them and listens to keys.
//!
//! Figures flow one way, from [`Dashboard`] over a channel to the thread, so that training never waits for a terminal.

mod chart;
mod choice;
mod curve;
mod dialog;
mod input;
mod jobs;
mod modes;
mod state;
mod table;
pub mod terminal;
mod thread;
mod view;
mod words;

pub use choice::{Shown, shown};

use std::io;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use burn::train::Interrupter;

use crate::renderer::{Figures, Show};
use state::State;
use thread::Event;

/// Hands on what the dashboard shows.
pub struct Dashboard {
    events: Sender<Event>,
    thread: Option<JoinHandle<()>>,
}

/// How long a terminal that takes nothing more may delay the end.
const PATIENCE: Duration = Duration::from_secs(2);

impl Dashboard {
    /// Takes the terminal for a run called `title` that goes on after `first` images.
    ///
    /// # Errors
    ///
    /// The terminal is gone, or no thread can be started.
    pub fn open(title: String, first: u64, interrupter: &Interrupter) -> io::Result<Self> {
        let first = usize::try_from(first).unwrap_or(usize::MAX);
        let (events, received) = channel();
        let thread = thread::start(State::new(title, first), received, interrupter.clone())?;
        Ok(Self {
            events,
            thread: Some(thread),
        })
    }

    /// A thread that has ended, with its terminal, hears no more; that is all right.
    fn send(&self, event: Event) {
        let _ = self.events.send(event);
    }

    /// Gives the terminal back.
    fn close(&mut self) {
        let Some(thread) = self.thread.take() else {
            return;
        };
        self.send(Event::Close);
        let patience = Instant::now() + PATIENCE;
        while !thread.is_finished() && Instant::now() < patience {
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

impl Show for Dashboard {
    fn start(&mut self) {
        self.send(Event::Start);
    }

    fn total(&mut self, images: usize) {
        self.send(Event::Total(images));
    }

    fn follow(&mut self, name: &str, unit: Option<String>) {
        let name = name.to_owned();
        self.send(Event::Follow { name, unit });
    }

    fn tick(&mut self, images: usize, figures: Figures) {
        self.send(Event::Tick { images, figures });
    }

    fn end(&mut self) {
        self.close();
    }
}
