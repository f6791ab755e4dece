//! A line of `metrics.jsonl`.

use std::collections::BTreeMap;

use ganforge_eval::MetricName;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::game::PerPlayer;
use crate::game::payoff::jensen_shannon;

/// Means over the last tick, as written to `metrics.jsonl`.
///
/// # Examples
///
/// ```
/// use ganforge_train::telemetry::Reading;
///
/// let line = r#"{ "images": 6400, "discriminator_loss": 1.2, "generator_loss": 0.8,
///     "score_real": 0.3, "score_fake": -0.2, "accuracy_real": 0.7, "accuracy_fake": 0.6,
///     "penalty": 0.0, "discriminator_gradient_norm": 0.1, "generator_gradient_norm": 0.2,
///     "images_per_second": 900.0, "frechet": 35.5 }"#;
/// let reading: Reading = serde_json::from_str(line)?;
/// assert_eq!(reading.images, 6400);
/// assert_eq!(reading.figures.values().next(), Some(&35.5));
/// assert_eq!(reading.not_finite(), None);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Number of real images that the discriminator has seen since the run began.
    pub images: u64,
    /// The discriminator's loss without penalties.
    pub discriminator_loss: f64,
    /// The generator's loss.
    pub generator_loss: f64,
    /// Mean logit of real images.
    pub score_real: f64,
    /// Mean logit of fakes.
    pub score_fake: f64,
    /// Fraction of real images above the payoff's decision boundary, in [0, 1].
    pub accuracy_real: f64,
    /// Fraction of fakes below the payoff's decision boundary, in [0, 1].
    pub accuracy_fake: f64,
    /// Estimate of the Jensen-Shannon divergence in nats from the discriminator's value, valid near its optimum, in [0, log 2]; `None` for payoffs
    /// without this relation.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub jsd_estimate: Option<f64>,
    /// Sum of the penalties on the discriminator's loss.
    pub penalty: f64,
    /// L2 norm of the discriminator's gradients at the tick's last step.
    pub discriminator_gradient_norm: f64,
    /// L2 norm of the generator's gradients at the tick's last step.
    pub generator_gradient_norm: f64,
    /// Real images per second of wall time, without evaluation.
    pub images_per_second: f64,
    /// Further terms of the system and its rules, by name.
    #[serde(flatten, deserialize_with = "terms")]
    pub terms: BTreeMap<String, f64>,
    /// Metrics of an evaluation at the end of the tick, by name; empty without one.
    #[serde(flatten, deserialize_with = "figures")]
    pub figures: BTreeMap<MetricName, f64>,
}

/// Numeric keys that are not names of metrics.
fn terms<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, f64>, D::Error> {
    let all = BTreeMap::<String, Value>::deserialize(deserializer)?;
    let is_term = |name: &str| name.parse::<MetricName>().is_err();
    let term = |(name, value): (String, Value)| Some((name, value.as_f64()?));
    let terms = all.into_iter().filter(|(name, _)| is_term(name));
    Ok(terms.filter_map(term).collect())
}

/// Keys that are names of metrics.
fn figures<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<MetricName, f64>, D::Error> {
    let all = BTreeMap::<String, Value>::deserialize(deserializer)?;
    let figure = |(name, value): (String, Value)| Some((name.parse().ok()?, value.as_f64()?));
    Ok(all.into_iter().filter_map(figure).collect())
}

impl Reading {
    /// A reading from named means; those that every game reports have their own fields.
    pub(super) fn new(
        images: u64,
        gradient_norms: PerPlayer<f64>,
        means: impl Iterator<Item = (String, f64)>,
    ) -> Self {
        let mut reading = Self {
            images,
            discriminator_loss: f64::NAN,
            generator_loss: f64::NAN,
            score_real: f64::NAN,
            score_fake: f64::NAN,
            accuracy_real: f64::NAN,
            accuracy_fake: f64::NAN,
            discriminator_gradient_norm: gradient_norms.discriminator,
            generator_gradient_norm: gradient_norms.generator,
            ..Self::default()
        };
        for (name, mean) in means {
            let field = match name.as_str() {
                "discriminator_loss" => &mut reading.discriminator_loss,
                "generator_loss" => &mut reading.generator_loss,
                "score_real" => &mut reading.score_real,
                "score_fake" => &mut reading.score_fake,
                "accuracy_real" => &mut reading.accuracy_real,
                "accuracy_fake" => &mut reading.accuracy_fake,
                "penalty" => &mut reading.penalty,
                "value" => {
                    reading.jsd_estimate = Some(jensen_shannon(mean));
                    continue;
                }
                _ => {
                    reading.terms.insert(name, mean);
                    continue;
                }
            };
            *field = mean;
        }
        reading
    }

    /// The first mean that is not finite, by name.
    #[must_use]
    pub fn not_finite(&self) -> Option<&str> {
        let named = [
            ("discriminator_loss", self.discriminator_loss),
            ("generator_loss", self.generator_loss),
            ("score_real", self.score_real),
            ("score_fake", self.score_fake),
            ("penalty", self.penalty),
            (
                "discriminator_gradient_norm",
                self.discriminator_gradient_norm,
            ),
            ("generator_gradient_norm", self.generator_gradient_norm),
        ];
        let terms = self.terms.iter().map(|(name, &mean)| (name.as_str(), mean));
        let mut all = named.into_iter().chain(terms);
        all.find_map(|(name, mean)| (!mean.is_finite()).then_some(name))
    }
}
