//! The curves of a run for burn-train's dashboard, each a numeric metric.

use std::collections::BTreeSet;
use std::sync::Arc;

use burn::tensor::TensorReadError;
use burn::train::metric::{
    Adaptor, Metric, MetricAttributes, MetricMetadata, MetricName, Numeric, NumericAttributes,
    NumericEntry, SerializedEntry,
};
use ganforge_eval::{Better, MetricName as EvaluationMetric};

use crate::telemetry::Reading;

/// One value of a [`Reading`] over time.
#[derive(Debug, Clone)]
pub struct Series {
    name: MetricName,
    unit: Option<&'static str>,
    figure: Figure,
    /// The value of the last reading, if it had one.
    latest: Option<f64>,
    /// The latest value.
    known: Option<f64>,
}

#[derive(Debug, Clone, Copy)]
enum Figure {
    Telemetry(fn(&Reading) -> Option<f64>),
    Evaluation(EvaluationMetric),
    /// A named term of the losses.
    Term(&'static str),
}

impl Series {
    /// All curves, in order of importance, because a dashboard shows as many as it has room for. Metrics and named terms of the losses have their own
    /// names.
    #[must_use]
    pub fn all(evaluated: &BTreeSet<EvaluationMetric>, terms: &[&'static str]) -> Vec<Self> {
        let figures = evaluated.iter().map(|&metric| Self {
            name: Arc::new(metric.name().to_owned()),
            unit: None,
            figure: Figure::Evaluation(metric),
            latest: None,
            known: None,
        });
        let mut all = Self::of_losses();
        all.extend(figures);
        all.extend(terms.iter().map(|&term| Self {
            name: Arc::new(term.to_owned()),
            unit: None,
            figure: Figure::Term(term),
            latest: None,
            known: None,
        }));
        all.extend(Self::of_telemetry());
        all
    }

    fn of_losses() -> Vec<Self> {
        vec![
            Self::new("Loss D", None, |r| Some(r.discriminator_loss)),
            Self::new("Loss G", None, |r| Some(r.generator_loss)),
        ]
    }

    fn of_telemetry() -> Vec<Self> {
        vec![
            Self::new("Score real", None, |r| Some(r.score_real)),
            Self::new("Score fake", None, |r| Some(r.score_fake)),
            Self::new("Accuracy real", Some("%"), |r| {
                Some(100.0 * r.accuracy_real)
            }),
            Self::new("Accuracy fake", Some("%"), |r| {
                Some(100.0 * r.accuracy_fake)
            }),
            Self::new("JSD estimate", Some("nats"), |r| r.jsd_estimate),
            Self::new("Penalty", None, |r| Some(r.penalty)),
            Self::new("Gradient norm D", None, |r| {
                Some(r.discriminator_gradient_norm)
            }),
            Self::new("Gradient norm G", None, |r| Some(r.generator_gradient_norm)),
            Self::new("Images per second", None, |r| Some(r.images_per_second)),
        ]
    }

    fn new(name: &str, unit: Option<&'static str>, figure: fn(&Reading) -> Option<f64>) -> Self {
        Self {
            name: Arc::new(name.to_owned()),
            unit,
            figure: Figure::Telemetry(figure),
            latest: None,
            known: None,
        }
    }

    fn entry(&self) -> SerializedEntry {
        let Some(value) = self.known else {
            let serialized = SerializedEntry::NOT_AVAILABLE.to_owned();
            return SerializedEntry::new("none".to_owned(), serialized);
        };
        let unit = self.unit.map(|unit| format!(" {unit}")).unwrap_or_default();
        let shown = match value.abs() {
            // Four decimals are not enough for it.
            size if size > 0.0 && size < 1e-3 => format!("{value:.3e}"),
            _ => format!("{value:.4}"),
        };
        SerializedEntry::new(format!("{shown}{unit}"), value.to_string())
    }
}

impl Metric for Series {
    type Input = Reading;

    fn name(&self) -> MetricName {
        self.name.clone()
    }

    fn attributes(&self) -> MetricAttributes {
        MetricAttributes::Numeric(NumericAttributes {
            unit: self.unit.map(str::to_owned),
            higher_is_better: match self.figure {
                Figure::Telemetry(_) | Figure::Term(_) => false,
                Figure::Evaluation(metric) => metric.better() == Some(Better::Higher),
            },
        })
    }

    fn update(
        &mut self,
        reading: &Reading,
        _metadata: &MetricMetadata,
    ) -> Result<SerializedEntry, TensorReadError> {
        self.latest = match self.figure {
            Figure::Telemetry(figure) => figure(reading),
            Figure::Evaluation(metric) => reading.figures.get(&metric).copied(),
            Figure::Term(name) => reading.terms.get(name).copied(),
        };
        self.known = self.latest.or(self.known);
        Ok(self.entry())
    }

    fn compute(&mut self) -> Result<SerializedEntry, TensorReadError> {
        Ok(self.entry())
    }

    fn clear(&mut self) {
        self.latest = None;
        self.known = None;
    }
}

/// A reading is the mean of its tick, so every view of a series is its latest value.
impl Numeric for Series {
    fn value(&self) -> Option<NumericEntry> {
        self.latest.map(NumericEntry::Value)
    }

    fn running_value(&self) -> Option<NumericEntry> {
        self.value()
    }

    fn final_value(&self) -> NumericEntry {
        NumericEntry::Final(self.known.unwrap_or(f64::NAN))
    }
}

impl Adaptor<Reading> for Reading {
    fn adapt(&self) -> Reading {
        self.clone()
    }
}
