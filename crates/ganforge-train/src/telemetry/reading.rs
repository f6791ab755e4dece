//! A line of `metrics.jsonl`.

use std::collections::BTreeMap;

use ganforge_eval::MetricName;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// Means over the last tick, as they stand in `metrics.jsonl`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Real images shown to the discriminator since the run began.
    pub images: u64,
    /// What the discriminator minimises, penalties aside.
    pub discriminator_loss: f64,
    /// What the generator minimises.
    pub generator_loss: f64,
    /// Mean logit of real images.
    pub score_real: f64,
    /// Mean logit of fakes.
    pub score_fake: f64,
    /// Share of real images judged above the payoff's decision boundary, in [0, 1].
    pub accuracy_real: f64,
    /// Share of fakes judged below the payoff's decision boundary, in [0, 1].
    pub accuracy_fake: f64,
    /// Jensen-Shannon divergence in nats that the discriminator's value means if it is near its optimum, in
    /// [0, log 2]; absent for payoffs whose value has no such reading.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub jsd_estimate: Option<f64>,
    /// Sum of the penalties on the discriminator's loss.
    pub penalty: f64,
    /// L2 norm of the discriminator's gradients at the tick's last step.
    pub discriminator_gradient_norm: f64,
    /// L2 norm of the generator's gradients at the tick's last step.
    pub generator_gradient_norm: f64,
    /// Real images per second of wall time, evaluation aside.
    pub images_per_second: f64,
    /// What an evaluation of the generator at the tick's end found, each figure under the name of its metric; empty where there was none.
    #[serde(flatten, deserialize_with = "figures")]
    pub figures: BTreeMap<MetricName, f64>,
}

/// Keys that name a metric; others belong to another version.
fn figures<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<MetricName, f64>, D::Error> {
    let all = BTreeMap::<String, Value>::deserialize(deserializer)?;
    let figure = |(name, value): (String, Value)| Some((name.parse().ok()?, value.as_f64()?));
    Ok(all.into_iter().filter_map(figure).collect())
}

impl Reading {
    /// The first figure that is no finite number, by name.
    #[must_use]
    pub fn not_finite(&self) -> Option<&'static str> {
        [
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
        ]
        .into_iter()
        .find_map(|(name, value)| (!value.is_finite()).then_some(name))
    }
}
