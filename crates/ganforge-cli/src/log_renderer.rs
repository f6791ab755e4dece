//! One readable line a tick, for pipes, files and continuous integration.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use burn::train::LearnerSummary;
use burn::train::logger::{EvaluationProgressLogger, TrainingProgressLogger};
use burn::train::metric::{MetricDefinition, MetricId};
use burn::train::renderer::{
    EvaluationName, MetricState, MetricsRenderer, MetricsRendererEvaluation,
    MetricsRendererTraining,
};
use ganforge_eval::MetricName;

use crate::commands::number;
use crate::message;

/// Writes to standard output what the dashboard would draw.
pub struct LogRenderer {
    names: HashMap<MetricId, String>,
    /// The tick's figures, in the order in which they came.
    figures: Vec<(String, f64)>,
    total: usize,
    /// Images that an earlier session had shown, and when this one began.
    start: Option<(usize, Instant)>,
    first: usize,
    silent: bool,
}

impl LogRenderer {
    /// A renderer for a run that goes on after `first` images.
    pub fn new(first: u64) -> Self {
        Self {
            names: HashMap::new(),
            figures: Vec::new(),
            total: 0,
            start: None,
            first: usize::try_from(first).unwrap_or(usize::MAX),
            silent: false,
        }
    }

    /// A renderer that says nothing.
    pub fn silent() -> Self {
        Self {
            silent: true,
            ..Self::new(0)
        }
    }

    fn line(&self, images: usize) -> String {
        let figure = |name: &str| {
            self.figures
                .iter()
                .find_map(|(known, value)| (known == name).then_some(*value))
        };
        let decimals = |name| figure(name).map_or_else(|| "-".to_owned(), |v| format!("{v:.3}"));
        let percent = 100.0 * images as f64 / self.total.max(1) as f64;
        let mut line = format!(
            "{images:>9}/{} images {percent:>5.1}%  loss D {} G {}  score real {} fake {}  accuracy real {:.0}% fake {:.0}%",
            self.total,
            decimals("Loss D"),
            decimals("Loss G"),
            decimals("Score real"),
            decimals("Score fake"),
            figure("Accuracy real").unwrap_or(f64::NAN),
            figure("Accuracy fake").unwrap_or(f64::NAN),
        );
        if let Some(jsd) = figure("JSD estimate") {
            let _ = write!(line, "  JSD {jsd:.3}");
        }
        for (name, value) in &self.figures {
            if name.parse::<MetricName>().is_ok() {
                let _ = write!(line, "  {name} {}", number(*value));
            }
        }
        let _ = write!(
            line,
            "  {:.0} images/s  {} left",
            figure("Images per second").unwrap_or(f64::NAN),
            self.time_left(images)
        );
        line
    }

    /// From the pace of this session.
    fn time_left(&self, images: usize) -> String {
        let Some((from, began)) = self.start else {
            return "-".to_owned();
        };
        let done = images.saturating_sub(from);
        if done == 0 {
            return "-".to_owned();
        }
        let ahead = self.total.saturating_sub(images) as f64 / done as f64;
        indicatif::HumanDuration(Duration::from_secs_f64(
            began.elapsed().as_secs_f64() * ahead,
        ))
        .to_string()
    }
}

impl MetricsRendererTraining for LogRenderer {
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
        Ok(())
    }
}

impl TrainingProgressLogger for LogRenderer {
    fn start(
        &mut self,
        _total_epochs: usize,
        _starting_epoch: usize,
        _total_items: Option<usize>,
        _label: Option<&str>,
    ) {
        self.start = Some((self.first, Instant::now()));
    }

    fn start_split(&mut self, _split_name: &str, total_items: usize) {
        self.total = total_items;
    }

    fn update_split(&mut self, images: usize) {
        if !self.silent {
            message::say(&self.line(images));
        }
        self.figures.clear();
    }

    fn update_epoch(&mut self, _epoch: usize) {}

    fn end_split(&mut self) {}

    fn end(&mut self) {}

    fn log_event_training(&mut self, _event: String) {}
}

impl MetricsRenderer for LogRenderer {
    fn manual_close(&mut self) {}

    fn register_metric(&mut self, definition: MetricDefinition) {
        self.names
            .insert(definition.metric_id, definition.name.to_string());
    }
}

/// A game is trained, not tested, so there is nothing to say here.
impl MetricsRendererEvaluation for LogRenderer {
    fn update_test(&mut self, _name: EvaluationName, _state: MetricState) {}
}

impl EvaluationProgressLogger for LogRenderer {
    fn start_global_progress(&mut self, _total_tests: usize) {}

    fn start_test(&mut self, _name: &str, _total_items: usize) {}

    fn update_test_progress(&mut self, _items_processed: usize) {}

    fn end_test(&mut self) {}

    fn end_global_progress(&mut self) {}

    fn log_event_evaluation(&mut self, _event: String) {}
}
