//! The thread that draws and reads keys until the run ends or the terminal is closed.

use std::io;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::sync::{Arc, Once};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use burn::train::Interrupter;

use super::job_control::JobControl;
use super::state::{Action, State};
use super::terminal::{self, Screen};
use super::terminal_modes::{is_in_foreground, pressed};
use super::view::draw;
use crate::renderer::Figures;
use crate::signals::{end_at_once, terminal_may_end_the_run};

/// A message from the run.
#[derive(Debug)]
pub enum Event {
    /// Training starts.
    Start,
    /// Images of the whole run.
    Total(usize),
    /// A value of later ticks.
    Register { name: String, unit: Option<String> },
    /// The values of a tick that ended after `images` images.
    Tick { images: usize, figures: Figures },
    /// The run has ended.
    Close,
}

/// The shortest time between two frames, and the longest between two looks at keys and messages.
const FRAME_INTERVAL: Duration = Duration::from_millis(100);

/// Takes the terminal and starts the thread.
///
/// # Errors
///
/// The terminal is closed, or no thread can be started.
pub fn start(
    state: State,
    events: Receiver<Event>,
    interrupter: Interrupter,
) -> io::Result<JoinHandle<()>> {
    restore_terminal_on_panic();
    let jobs = JobControl::watch();
    // A job started in the background takes the terminal once it is in the foreground.
    let screen = is_in_foreground().then(terminal::take).transpose()?;
    let drawing = Drawing {
        state,
        events,
        interrupter,
        jobs,
        screen,
        size: (0, 0),
        drawn: None,
        stale: true,
    };
    let thread = Builder::new().name("dashboard".to_owned());
    thread
        .spawn(move || drawing.run())
        .inspect_err(|_| terminal::restore())
}

/// Restores the terminal before the message of a panic is printed, so that it stays visible.
fn restore_terminal_on_panic() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            terminal::restore();
            hook(panic);
        }));
    });
}

struct Drawing {
    state: State,
    events: Receiver<Event>,
    interrupter: Interrupter,
    jobs: Arc<JobControl>,
    /// `None` in the background.
    screen: Option<Screen>,
    size: (u16, u16),
    /// The time of the last frame.
    drawn: Option<Instant>,
    /// The state has changed since the last frame.
    stale: bool,
}

impl Drawing {
    fn run(mut self) {
        if self.until_closed().is_ok() {
            terminal::restore();
        } else {
            let had_the_terminal = self.screen.is_some();
            terminal::forget();
            // A job in the background is ended by its shell.
            if had_the_terminal && terminal_may_end_the_run() {
                self.interrupter.stop(Some("the terminal was closed"));
            }
        }
        self.jobs.end();
    }

    /// Runs until the run closes the dashboard; fails if the terminal is closed.
    fn until_closed(&mut self) -> io::Result<()> {
        loop {
            let wait = self.drawn.map_or(Duration::ZERO, |drawn| {
                FRAME_INTERVAL.saturating_sub(drawn.elapsed())
            });
            // With nothing to draw, wait for a full interval.
            let wait = if self.stale { wait } else { FRAME_INTERVAL };
            for key in pressed(wait)? {
                self.stale = true;
                match self.state.press(key) {
                    Some(Action::Stop) => self.interrupter.stop(Some("interrupted")),
                    Some(Action::EndAtOnce) => end_at_once(),
                    None => {}
                }
            }
            if !self.handle_events() || (self.screen.is_some() && !terminal::is_taken()) {
                return Ok(());
            }
            self.handle_jobs()?;
            self.draw()?;
        }
    }

    /// Handles all messages so far; false at the end.
    fn handle_events(&mut self) -> bool {
        loop {
            let event = match self.events.try_recv() {
                Ok(event) => event,
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return false,
            };
            self.stale = true;
            match event {
                Event::Start => self.state.start(),
                Event::Total(images) => self.state.total = images,
                Event::Register { name, unit } => self.state.register(&name, unit.as_deref()),
                Event::Tick { images, figures } => self.state.tick(images, &figures),
                Event::Close => return false,
            }
        }
        // A signal may have stopped the run as well.
        if self.interrupter.should_stop() && !self.state.is_stopping {
            self.state.is_stopping = true;
            self.state.asks_to_stop = false;
            self.stale = true;
        }
        true
    }

    /// Restores the terminal and stops on Ctrl-Z; takes the terminal again when the job returns to the foreground.
    fn handle_jobs(&mut self) -> io::Result<()> {
        if self.jobs.stop_requested() {
            self.screen = None;
            terminal::restore();
            JobControl::stop();
        }
        let is_back = self.jobs.was_continued();
        if (is_back || self.screen.is_none()) && is_in_foreground() {
            self.screen = Some(terminal::take()?);
            self.stale = true;
        } else if is_back {
            // Continued in the background: the shell has set the terminal itself.
            self.screen = None;
            terminal::leave_to_the_shell();
        }
        Ok(())
    }

    fn draw(&mut self) -> io::Result<()> {
        let Some(screen) = &mut self.screen else {
            self.stale = false;
            return Ok(());
        };
        let size = terminal::current_size()?;
        if size != self.size {
            self.size = size;
            *screen = terminal::screen()?;
            self.stale = true;
        }
        let second = |drawn: Instant| drawn.elapsed() >= Duration::from_secs(1);
        let rested = |drawn: Instant| drawn.elapsed() >= FRAME_INTERVAL;
        let is_due = self
            .drawn
            .is_none_or(|drawn| second(drawn) || (self.stale && rested(drawn)));
        if is_due && size.0 > 0 && size.1 > 0 {
            screen.draw(|frame| draw(frame, &self.state))?;
            terminal::check_written()?;
            self.drawn = Some(Instant::now());
            self.stale = false;
        }
        Ok(())
    }
}
