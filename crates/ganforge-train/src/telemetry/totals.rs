//! Sums over the steps of a tick, on the device.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::reading::Reading;
use crate::game::payoff::{Payoff, jensen_shannon};

/// One discriminator phase: loss, both scores, both accuracies and the value, side by side.
#[derive(Debug, Clone)]
pub struct DiscriminatorTelemetry {
    figures: Tensor<1>,
    penalty: Option<Tensor<1>>,
}

/// One generator phase: its loss.
#[derive(Debug, Clone)]
pub struct GeneratorTelemetry(Tensor<1>);

impl DiscriminatorTelemetry {
    /// # Shapes
    /// - `loss`: `[1]`
    /// - `real`, `fake`: `[batch, outputs]`, logits
    #[must_use]
    pub fn new(payoff: Payoff, loss: &Tensor<1>, real: &Tensor<2>, fake: &Tensor<2>) -> Self {
        let real = real.clone().inner();
        let fake = fake.clone().inner();
        let boundary = payoff.decision_boundary();
        let [judged_real, judged_fake] = payoff.judged(real.clone(), fake.clone());
        let mut figures = vec![
            loss.clone().inner(),
            real.clone().mean(),
            fake.clone().mean(),
            judged_real.greater_scalar(boundary).float().mean(),
            judged_fake.lower_scalar(boundary).float().mean(),
        ];
        figures.extend(payoff.value(real, fake));
        Self {
            figures: Tensor::cat(figures, 0),
            penalty: None,
        }
    }

    /// Tells of the penalties, too.
    ///
    /// # Shapes
    /// - `penalty`: `[1]`, their sum
    #[must_use]
    pub fn with_penalty(self, penalty: &Tensor<1>) -> Self {
        Self {
            penalty: Some(penalty.clone().inner()),
            ..self
        }
    }
}

impl GeneratorTelemetry {
    /// # Shapes
    /// - `loss`: `[1]`
    #[must_use]
    pub fn new(loss: &Tensor<1>) -> Self {
        Self(loss.clone().inner())
    }
}

/// Sums over the steps of a tick, on the device.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    discriminator: Sum,
    generator: Sum,
    penalty: Sum,
}

#[derive(Debug, Clone, Default)]
struct Sum {
    total: Option<Tensor<1>>,
    count: u32,
}

impl Sum {
    fn add(&mut self, figures: Tensor<1>) {
        self.total = Some(match self.total.take() {
            Some(total) => total + figures,
            None => figures,
        });
        self.count += 1;
    }

    fn save(&self) -> SavedSum {
        let numbers = |total: &Tensor<1>| total.clone().into_data().iter::<f64>().collect();
        SavedSum {
            total: self.total.as_ref().map(numbers).unwrap_or_default(),
            count: self.count,
        }
    }

    fn restore(saved: &SavedSum, device: &Device) -> Self {
        let total = (saved.count > 0).then(|| Tensor::from_data(saved.total.as_slice(), device));
        Self {
            total,
            count: saved.count,
        }
    }

    /// Reads the means back: the one place where training waits for the device.
    fn means(&self) -> Vec<f64> {
        let Some(total) = &self.total else {
            return Vec::new();
        };
        let mean = total.clone() / f64::from(self.count);
        mean.into_data().iter::<f64>().collect()
    }
}

/// [`Totals`] on the host, so that a tick in which a run is stopped and resumed is reported like any other.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SavedTotals {
    discriminator: SavedSum,
    generator: SavedSum,
    #[serde(default)]
    penalty: SavedSum,
}

/// Double precision holds what a device sums in single precision, and JSON gives it back exactly.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct SavedSum {
    total: Vec<f64>,
    count: u32,
}

impl Totals {
    /// Reads the sums back.
    #[must_use]
    pub fn save(&self) -> SavedTotals {
        SavedTotals {
            discriminator: self.discriminator.save(),
            generator: self.generator.save(),
            penalty: self.penalty.save(),
        }
    }

    /// Goes on from sums that were [saved](Self::save).
    #[must_use]
    pub fn restore(saved: &SavedTotals, device: &Device) -> Self {
        let device = device.clone().without_autodiff();
        Self {
            discriminator: Sum::restore(&saved.discriminator, &device),
            generator: Sum::restore(&saved.generator, &device),
            penalty: Sum::restore(&saved.penalty, &device),
        }
    }

    /// True while nothing counted since the last reading has lost its value; waits for the device.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        let finite = |sum: &Sum| sum.means().iter().all(|figure| figure.is_finite());
        finite(&self.discriminator) && finite(&self.generator) && finite(&self.penalty)
    }

    /// Counts a discriminator phase.
    pub fn add_discriminator(&mut self, telemetry: DiscriminatorTelemetry) {
        self.discriminator.add(telemetry.figures);
        if let Some(penalty) = telemetry.penalty {
            self.penalty.add(penalty);
        }
    }

    /// Counts a generator phase.
    pub fn add_generator(&mut self, telemetry: GeneratorTelemetry) {
        self.generator.add(telemetry.0);
    }

    /// The means of the tick, without the rate, which the caller's clock knows; and starts the next tick.
    pub fn read(&mut self, images: u64, norms: GradientNorms) -> Reading {
        let totals = std::mem::take(self);
        let discriminator = totals.discriminator.means();
        let generator = totals.generator.means();
        let figure = |index: usize| discriminator.get(index).copied().unwrap_or(f64::NAN);
        Reading {
            images,
            discriminator_loss: figure(0),
            generator_loss: generator.first().copied().unwrap_or(f64::NAN),
            score_real: figure(1),
            score_fake: figure(2),
            accuracy_real: figure(3),
            accuracy_fake: figure(4),
            jsd_estimate: discriminator.get(5).copied().map(jensen_shannon),
            // Without penalties there is nothing to sum.
            penalty: totals.penalty.means().first().copied().unwrap_or(0.0),
            discriminator_gradient_norm: norms.discriminator,
            generator_gradient_norm: norms.generator,
            images_per_second: 0.0,
            figures: BTreeMap::new(),
        }
    }
}

/// Norms of both players' gradients at one step.
#[derive(Debug, Clone, Copy, Default)]
pub struct GradientNorms {
    /// L2 norm over all of the discriminator's parameters.
    pub discriminator: f64,
    /// L2 norm over all of the generator's parameters.
    pub generator: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganforge_eval::MetricName;

    #[test]
    fn figures_stand_beside_the_rest_under_the_names_of_their_metrics() {
        let norms = GradientNorms::default();
        let mut reading = Totals::default().read(64, norms);
        // Of no step at all there is nothing to tell, and JSON has no NaN.
        for score in [
            &mut reading.discriminator_loss,
            &mut reading.generator_loss,
            &mut reading.score_real,
            &mut reading.score_fake,
            &mut reading.accuracy_real,
            &mut reading.accuracy_fake,
        ] {
            *score = 0.25;
        }
        let plain = serde_json::to_string(&reading).unwrap();
        assert!(plain.ends_with("\"images_per_second\":0.0}"), "{plain}");
        assert_eq!(serde_json::from_str::<Reading>(&plain).unwrap(), reading);

        reading.figures = BTreeMap::from([(MetricName::HighQuality, 0.5)]);
        let text = serde_json::to_string(&reading).unwrap();
        assert!(text.ends_with(",\"high-quality\":0.5}"), "{text}");
        assert_eq!(serde_json::from_str::<Reading>(&text).unwrap(), reading);
        // A figure that is missing, and a key of another version.
        let other = text.replace("\"high-quality\":0.5", "\"recall\":null,\"later\":\"?\"");
        reading.figures.clear();
        assert_eq!(serde_json::from_str::<Reading>(&other).unwrap(), reading);
    }
}
