//! burn-train's renderer, reduced to what a game reports: figures of each tick, by name.

use std::collections::HashMap;

use burn::train::LearnerSummary;
use burn::train::logger::{EvaluationProgressLogger, TrainingProgressLogger};
use burn::train::metric::{MetricAttributes, MetricDefinition, MetricId};
use burn::train::renderer::{
    EvaluationName, MetricState, MetricsRenderer, MetricsRendererEvaluation,
    MetricsRendererTraining,
};

/// The figures of a tick by name, in the order in which they came.
pub type Figures = Vec<(String, f64)>;

/// Shows how a run goes.
pub trait Show: Send + Sync {
    /// Training begins.
    fn start(&mut self) {}

    /// The run is to show so many images.
    fn total(&mut self, images: usize);

    /// A figure that will come at ticks.
    fn follow(&mut self, _name: &str, _unit: Option<String>) {}

    /// A tick has ended after so many images.
    fn tick(&mut self, images: usize, figures: Figures);

    /// Training has ended.
    fn end(&mut self) {}
}

/// Hands what burn-train reports to what shows it.
pub struct Renderer<S> {
    show: S,
    names: HashMap<MetricId, String>,
    figures: Figures,
}

impl<S: Show> Renderer<S> {
    /// A renderer that shows a run by `show`.
    pub fn new(show: S) -> Self {
        Self {
            show,
            names: HashMap::new(),
            figures: Vec::new(),
        }
    }
}

impl<S: Show> MetricsRendererTraining for Renderer<S> {
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
        self.show.end();
        Ok(())
    }
}

impl<S: Show> TrainingProgressLogger for Renderer<S> {
    fn start(
        &mut self,
        _total_epochs: usize,
        _starting_epoch: usize,
        _total_items: Option<usize>,
        _label: Option<&str>,
    ) {
        self.show.start();
    }

    fn start_split(&mut self, _split_name: &str, total_items: usize) {
        self.show.total(total_items);
    }

    fn update_split(&mut self, images: usize) {
        let figures = std::mem::take(&mut self.figures);
        self.show.tick(images, figures);
    }

    fn update_epoch(&mut self, _epoch: usize) {}

    fn end_split(&mut self) {}

    fn end(&mut self) {}

    fn log_event_training(&mut self, _event: String) {}
}

impl<S: Show> MetricsRenderer for Renderer<S> {
    fn manual_close(&mut self) {}

    fn register_metric(&mut self, definition: MetricDefinition) {
        let name = definition.name.to_string();
        let unit = match definition.attributes {
            MetricAttributes::Numeric(numeric) => numeric.unit,
            MetricAttributes::None => None,
        };
        self.show.follow(&name, unit);
        self.names.insert(definition.metric_id, name);
    }
}

/// A game is trained, not tested, so there is nothing to show here.
impl<S: Show> MetricsRendererEvaluation for Renderer<S> {
    fn update_test(&mut self, _name: EvaluationName, _state: MetricState) {}
}

impl<S: Show> EvaluationProgressLogger for Renderer<S> {
    fn start_global_progress(&mut self, _total_tests: usize) {}

    fn start_test(&mut self, _name: &str, _total_items: usize) {}

    fn update_test_progress(&mut self, _items_processed: usize) {}

    fn end_test(&mut self) {}

    fn end_global_progress(&mut self) {}

    fn log_event_evaluation(&mut self, _event: String) {}
}
