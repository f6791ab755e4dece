//! Sums over the turns of a tick, on the device.

use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::reading::Reading;
use crate::game::{PerPlayer, Player, Term};

/// Sums of named terms over the turns of a tick, kept on the device until [`read`](Self::read).
#[derive(Debug, Clone, Default)]
pub struct Totals(PerPlayer<Sum>);

/// The summed terms of one player's turns, in one tensor so that a turn adds once.
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

    /// Reads the means back; the only place where training waits for the device.
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

/// [`Totals`] on the host, stored in checkpoints so that a tick that was interrupted and resumed is reported like any other.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SavedTotals {
    generator: SavedSum,
    discriminator: SavedSum,
    /// Checkpoints of earlier versions, without names of terms, store the penalty separately.
    #[serde(default, skip_serializing)]
    penalty: SavedSum,
}

/// Double precision stores single-precision sums exactly, also through JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct SavedSum {
    /// Absent in checkpoints of earlier versions.
    #[serde(default)]
    names: Vec<String>,
    total: Vec<f64>,
    count: u32,
}

/// The terms of a discriminator turn, in the order of checkpoints without names.
const UNNAMED: [&str; 6] = [
    "discriminator_loss",
    "score_real",
    "score_fake",
    "accuracy_real",
    "accuracy_fake",
    "value",
];

impl SavedTotals {
    /// Adds the names to terms of earlier versions.
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

    /// Whether all sums since the last reading are finite; waits for the device.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        let finite = |sum: &Sum| sum.means().iter().all(|mean| mean.is_finite());
        finite(&self.0.discriminator) && finite(&self.0.generator)
    }

    /// The means of the tick, without `images_per_second`, which the caller measures; starts the next tick.
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

    /// Continues from [saved](Self::save) sums.
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
    fn metrics_are_written_under_their_names() {
        let mut reading = Totals::default().read(64, PerPlayer::default());
        // Without a step there are no values, and JSON has no NaN.
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
        // A missing metric, and a key of another version.
        let other = text.replace("\"high-quality\":0.5", "\"recall\":null,\"later\":\"?\"");
        reading.figures.clear();
        assert_eq!(serde_json::from_str::<Reading>(&other).unwrap(), reading);
    }
}
