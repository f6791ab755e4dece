//! The dashboard: burn-train's renderer hands figures to a thread that draws them and listens to keys.
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
mod terminal;
mod thread;
mod view;
mod words;

pub use choice::{Shown, shown};
pub use terminal::restore as restore_terminal;

use std::collections::HashMap;
use std::io;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use burn::train::logger::{EvaluationProgressLogger, TrainingProgressLogger};
use burn::train::metric::{MetricAttributes, MetricDefinition, MetricId};
use burn::train::renderer::{
    EvaluationName, MetricState, MetricsRenderer, MetricsRendererEvaluation,
    MetricsRendererTraining,
};
use burn::train::{Interrupter, LearnerSummary};

use state::State;
use thread::Event;

/// Hands on what the dashboard shows.
pub struct Dashboard {
    names: HashMap<MetricId, String>,
    /// The tick's figures.
    figures: Vec<(String, f64)>,
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
            names: HashMap::new(),
            figures: Vec::new(),
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
        restore_terminal();
    }
}

impl Drop for Dashboard {
    fn drop(&mut self) {
        self.close();
    }
}

impl MetricsRendererTraining for Dashboard {
    fn update_train(&mut self, state: MetricState) {
        if let MetricState::Numeric(entry, Some(value)) = state
            && let Some(name) = self.names.get(&entry.metric_id)
        {
            self.figures.push((name.clone(), value.current()));
        }
    }

    fn update_valid(&mut self, _state: MetricState) {}

    fn on_train_end(
        &mut self,
        _summary: Option<LearnerSummary>,
    ) -> Result<(), Box<dyn core::error::Error>> {
        self.close();
        Ok(())
    }
}

impl TrainingProgressLogger for Dashboard {
    fn start(
        &mut self,
        _total_epochs: usize,
        _starting_epoch: usize,
        _total_items: Option<usize>,
        _label: Option<&str>,
    ) {
        self.send(Event::Start);
    }

    fn start_split(&mut self, _split_name: &str, total_items: usize) {
        self.send(Event::Total(total_items));
    }

    fn update_split(&mut self, images: usize) {
        let figures = std::mem::take(&mut self.figures);
        self.send(Event::Tick { images, figures });
    }

    fn update_epoch(&mut self, _epoch: usize) {}

    fn end_split(&mut self) {}

    fn end(&mut self) {}

    fn log_event_training(&mut self, _event: String) {}
}

impl MetricsRenderer for Dashboard {
    fn manual_close(&mut self) {}

    fn register_metric(&mut self, definition: MetricDefinition) {
        let name = definition.name.to_string();
        let unit = match definition.attributes {
            MetricAttributes::Numeric(numeric) => numeric.unit,
            MetricAttributes::None => None,
        };
        self.names.insert(definition.metric_id, name.clone());
        self.send(Event::Follow { name, unit });
    }
}

/// A game is trained, not tested, so there is nothing to show here.
impl MetricsRendererEvaluation for Dashboard {
    fn update_test(&mut self, _name: EvaluationName, _state: MetricState) {}
}

impl EvaluationProgressLogger for Dashboard {
    fn start_global_progress(&mut self, _total_tests: usize) {}

    fn start_test(&mut self, _name: &str, _total_items: usize) {}

    fn update_test_progress(&mut self, _items_processed: usize) {}

    fn end_test(&mut self) {}

    fn end_global_progress(&mut self) {}

    fn log_event_evaluation(&mut self, _event: String) {}
}
