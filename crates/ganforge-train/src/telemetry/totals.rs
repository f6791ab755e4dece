//! Sums over the turns of a tick, on the device.

use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::reading::Reading;
use crate::game::{PerPlayer, Player, Term};

/// Sums of named terms over the turns of a tick, kept on the device until [`read`](Self::read).
#[derive(Debug, Clone, Default)]
pub struct Totals(PerPlayer<Sum>);

/// The terms of one player's turns side by side, so that a turn adds one tensor.
#[derive(Debug, Clone, Default)]
struct Sum {
    names: Vec<String>,
    /// `[names]`
    total: Option<Tensor<1>>,
    count: u32,
}

impl Sum {
    fn add(&mut self, terms: Vec<Term>) {
        if self.total.is_none() {
            self.names = terms.iter().map(|term| term.name.to_owned()).collect();
        }
        let values = terms.into_iter().map(|term| term.value).collect();
        let values = Tensor::cat(values, 0);
        self.total = Some(match self.total.take() {
            Some(total) => total + values,
            None => values,
        });
        self.count += 1;
    }

    /// Reads the means back: the one place where training waits for the device.
    fn means(&self) -> Vec<f64> {
        let Some(total) = &self.total else {
            return Vec::new();
        };
        let mean = total.clone() / f64::from(self.count);
        mean.into_data().iter::<f64>().collect()
    }

    fn save(&self) -> SavedSum {
        let numbers = |total: &Tensor<1>| total.clone().into_data().iter::<f64>().collect();
        SavedSum {
            names: self.names.clone(),
            total: self.total.as_ref().map(numbers).unwrap_or_default(),
            count: self.count,
        }
    }

    fn restore(saved: SavedSum, device: &Device) -> Self {
        let total = (saved.count > 0).then(|| Tensor::from_data(saved.total.as_slice(), device));
        Self {
            names: saved.names,
            total,
            count: saved.count,
        }
    }
}

/// [`Totals`] on the host, so that a tick in which a run is stopped and resumed is reported like any other.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SavedTotals {
    generator: SavedSum,
    discriminator: SavedSum,
    /// Checkpoints before terms had names held the penalty apart.
    #[serde(default, skip_serializing)]
    penalty: SavedSum,
}

/// Double precision holds what a device sums in single precision, and JSON gives it back exactly.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct SavedSum {
    /// Absent in checkpoints before terms had names.
    #[serde(default)]
    names: Vec<String>,
    total: Vec<f64>,
    count: u32,
}

/// The terms of a discriminator turn, in the order of checkpoints that did not name them.
const UNNAMED: [&str; 6] = [
    "discriminator_loss",
    "score_real",
    "score_fake",
    "accuracy_real",
    "accuracy_fake",
    "value",
];

impl SavedTotals {
    /// With names for terms that had none.
    fn named(&self) -> PerPlayer<SavedSum> {
        let mut all = PerPlayer {
            generator: self.generator.clone(),
            discriminator: self.discriminator.clone(),
        };
        let first = |names: &[&str], count: usize| {
            let names = names.iter().take(count);
            names.map(|&name| name.to_owned()).collect()
        };
        if all.generator.names.is_empty() {
            all.generator.names = first(&["generator_loss"], all.generator.total.len());
        }
        if all.discriminator.names.is_empty() {
            let discriminator = &mut all.discriminator;
            discriminator.names = first(&UNNAMED, discriminator.total.len());
            if let Some(&penalty) = self.penalty.total.first() {
                discriminator.names.push("penalty".to_owned());
                discriminator.total.push(penalty);
            }
        }
        all
    }
}

impl Totals {
    /// Adds the terms of one player's turn. All turns of a player report the same terms.
    pub fn add(&mut self, player: Player, terms: Vec<Term>) {
        self.0[player].add(terms);
    }

    /// True while nothing summed since the last reading has become infinite or NaN; waits for the device.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        let finite = |sum: &Sum| sum.means().iter().all(|mean| mean.is_finite());
        finite(&self.0.discriminator) && finite(&self.0.generator)
    }

    /// The means of the tick, without the rate, which the caller's clock knows; and starts the next tick.
    pub fn read(&mut self, images: u64, gradient_norms: PerPlayer<f64>) -> Reading {
        let totals = std::mem::take(self).0;
        let terms = [totals.discriminator, totals.generator];
        let terms = terms.into_iter().flat_map(|sum| {
            let means = sum.means();
            sum.names.into_iter().zip(means)
        });
        Reading::new(images, gradient_norms, terms)
    }

    /// Reads the sums back.
    #[must_use]
    pub fn save(&self) -> SavedTotals {
        SavedTotals {
            generator: self.0.generator.save(),
            discriminator: self.0.discriminator.save(),
            penalty: SavedSum::default(),
        }
    }

    /// Continues from sums that were [saved](Self::save).
    #[must_use]
    pub fn restore(saved: &SavedTotals, device: &Device) -> Self {
        let device = device.clone().without_autodiff();
        Self(saved.named().map(|sum| Sum::restore(sum, &device)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    use ganforge_eval::MetricName;

    #[test]
    fn figures_stand_beside_the_rest_under_the_names_of_their_metrics() {
        let mut reading = Totals::default().read(64, PerPlayer::default());
        // Without a step there is nothing to report, and JSON has no NaN.
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
