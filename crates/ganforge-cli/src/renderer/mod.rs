//! burn-train's renderer traits, reduced to what a game reports: values of each tick, by name.

mod log;
mod view;

pub use log::LogRenderer;
pub use view::{Figures, RunView};

use std::collections::HashMap;

use burn::train::LearnerSummary;
use burn::train::logger::{EvaluationProgressLogger, TrainingProgressLogger};
use burn::train::metric::{MetricAttributes, MetricDefinition, MetricId};
use burn::train::renderer::{
    EvaluationName, MetricState, MetricsRenderer, MetricsRendererEvaluation,
    MetricsRendererTraining,
};

/// Passes the reports of burn-train to a view.
pub struct Renderer<V> {
    view: V,
    names: HashMap<MetricId, String>,
    figures: Figures,
}

impl<V: RunView> Renderer<V> {
    /// A renderer for one view.
    pub fn new(view: V) -> Self {
        Self {
            view,
            names: HashMap::new(),
            figures: Vec::new(),
        }
    }
}

impl<V: RunView> MetricsRendererTraining for Renderer<V> {
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
        self.view.end();
        Ok(())
    }
}

impl<V: RunView> TrainingProgressLogger for Renderer<V> {
    fn start(
        &mut self,
        _total_epochs: usize,
        _starting_epoch: usize,
        _total_items: Option<usize>,
        _label: Option<&str>,
    ) {
        self.view.start();
    }

    fn start_split(&mut self, _split_name: &str, total_items: usize) {
        self.view.total(total_items);
    }

    fn update_split(&mut self, images: usize) {
        let figures = std::mem::take(&mut self.figures);
        self.view.tick(images, figures);
    }

    fn update_epoch(&mut self, _epoch: usize) {}

    fn end_split(&mut self) {}

    fn end(&mut self) {}

    fn log_event_training(&mut self, _event: String) {}
}

impl<V: RunView> MetricsRenderer for Renderer<V> {
    fn manual_close(&mut self) {}

    fn register_metric(&mut self, definition: MetricDefinition) {
        let name = definition.name.to_string();
        let unit = match definition.attributes {
            MetricAttributes::Numeric(numeric) => numeric.unit,
            MetricAttributes::None => None,
        };
        self.view.register(&name, unit);
        self.names.insert(definition.metric_id, name);
    }
}

/// A game is trained, not tested: nothing to show.
impl<V: RunView> MetricsRendererEvaluation for Renderer<V> {
    fn update_test(&mut self, _name: EvaluationName, _state: MetricState) {}
}

impl<V: RunView> EvaluationProgressLogger for Renderer<V> {
    fn start_global_progress(&mut self, _total_tests: usize) {}

    fn start_test(&mut self, _name: &str, _total_items: usize) {}

    fn update_test_progress(&mut self, _items_processed: usize) {}

    fn end_test(&mut self) {}

    fn end_global_progress(&mut self) {}

    fn log_event_evaluation(&mut self, _event: String) {}
}
