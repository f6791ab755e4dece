//! The thread that draws and listens to keys until the run or the terminal ends.

use std::io;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::sync::{Arc, Once};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use burn::train::Interrupter;

use super::jobs::Jobs;
use super::modes::{is_in_foreground, pressed};
use super::state::{State, Wish};
use super::terminal::{self, Screen};
use super::view::draw;
use crate::renderer::Figures;
use crate::signals::{end_at_once, terminal_may_end_the_run};

/// What the run tells the dashboard.
#[derive(Debug)]
pub enum Event {
    /// Training begins.
    Start,
    /// Images that the run is to show.
    Total(usize),
    /// A figure that will come.
    Follow { name: String, unit: Option<String> },
    /// Figures of a tick that ended after so many images.
    Tick { images: usize, figures: Figures },
    /// The run has ended.
    Close,
}

/// How often the dashboard looks for keys and figures, and draws at most.
const PACE: Duration = Duration::from_millis(100);

/// Takes the terminal and starts the thread.
///
/// # Errors
///
/// The terminal is gone, or no thread can be started.
pub fn start(
    state: State,
    events: Receiver<Event>,
    interrupter: Interrupter,
) -> io::Result<JoinHandle<()>> {
    restore_before_a_panic_is_told();
    let jobs = Jobs::watch();
    // A job started in the background takes it when it comes to the front.
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

/// What a panic says belongs on the screen that stays.
fn restore_before_a_panic_is_told() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            terminal::restore();
            tell(panic);
        }));
    });
}

struct Drawing {
    state: State,
    events: Receiver<Event>,
    interrupter: Interrupter,
    jobs: Arc<Jobs>,
    /// Nothing while another job has the terminal.
    screen: Option<Screen>,
    size: (u16, u16),
    /// When it was drawn last.
    drawn: Option<Instant>,
    /// What is shown is no longer what there is to show.
    stale: bool,
}

impl Drawing {
    fn run(mut self) {
        if self.until_closed().is_ok() {
            terminal::restore();
        } else {
            let had_the_terminal = self.screen.is_some();
            terminal::forget();
            // A job in the background ends when its shell tells it to.
            if had_the_terminal && terminal_may_end_the_run() {
                self.interrupter.stop(Some("the terminal was closed"));
            }
        }
        self.jobs.end();
    }

    /// Fails when the terminal is gone.
    fn until_closed(&mut self) -> io::Result<()> {
        loop {
            let wait = self
                .drawn
                .map_or(Duration::ZERO, |drawn| PACE.saturating_sub(drawn.elapsed()));
            // Without anything to draw, a full pause.
            let wait = if self.stale { wait } else { PACE };
            for key in pressed(wait)? {
                self.stale = true;
                match self.state.press(key) {
                    Some(Wish::Stop) => self.interrupter.stop(Some("interrupted")),
                    Some(Wish::EndAtOnce) => end_at_once(),
                    None => {}
                }
            }
            if !self.heed_events() || (self.screen.is_some() && !terminal::is_taken()) {
                return Ok(());
            }
            self.heed_jobs()?;
            self.draw()?;
        }
    }

    /// Takes what has come; false at the end.
    fn heed_events(&mut self) -> bool {
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
                Event::Follow { name, unit } => self.state.follow(&name, unit.as_deref()),
                Event::Tick { images, figures } => self.state.tick(images, &figures),
                Event::Close => return false,
            }
        }
        // A signal may have come, too.
        if self.interrupter.should_stop() && !self.state.stops {
            self.state.stops = true;
            self.state.asks = false;
            self.stale = true;
        }
        true
    }

    /// Gives the terminal back and stops when the user wants the shell; takes it again when the job is back.
    fn heed_jobs(&mut self) -> io::Result<()> {
        if self.jobs.is_to_stop() {
            self.screen = None;
            terminal::restore();
            Jobs::stop();
        }
        let is_back = self.jobs.goes_on_again();
        if (is_back || self.screen.is_none()) && is_in_foreground() {
            self.screen = Some(terminal::take()?);
            self.stale = true;
        } else if is_back {
            // In the background: the shell has set the terminal for itself.
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
        let rested = |drawn: Instant| drawn.elapsed() >= PACE;
        let is_due = self
            .drawn
            .is_none_or(|drawn| second(drawn) || (self.stale && rested(drawn)));
        if is_due && size.0 > 0 && size.1 > 0 {
            screen.draw(|frame| draw(frame, &self.state))?;
            terminal::written()?;
            self.drawn = Some(Instant::now());
            self.stale = false;
        }
        Ok(())
    }
}
