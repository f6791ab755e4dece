//! Warnings about values that are allowed but prevent training.
//!
//! Networks are trained in single precision. Values that single precision rounds to 0, 1 or infinity are found anywhere in a recipe; steps too short
//! to change a weight are computed from each player's optimizer.

use toml::Value;

use super::Recipe;
use crate::experiment::{OptimizerConfig, OptimizerKind, ScheduleKind};
use crate::game::penalty::Penalty;
use crate::system::System;

/// Steps shorter than this do not change a weight of 0.002 or more, because the spacing of floats of that size is 2.3e-10.
const SHORTEST_STEP: f64 = 1e-10;

/// Keys whose values are kept in double precision.
const DOUBLE: [&str; 3] = ["half_life", "until", "floor"];

/// Runs of fewer images are trials, whose schedules are not checked.
const SHORT_RUN: f64 = 1e6;

impl<S: System> Recipe<S> {
    /// Warnings about allowed values that prevent training or have no effect: key, value and reason.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut found = Vec::new();
        let scale = match self.experiment.game.feature_matching {
            Some(matching) if !matching.beside_payoff => matching.weight.min(1.0),
            _ => 1.0,
        };
        let players = [
            ("generator", &self.experiment.optimizer.generator, scale),
            (
                "discriminator",
                &self.experiment.optimizer.discriminator,
                1.0,
            ),
        ];
        for (player, config, scale) in players {
            let table = format!("optimizer.{player}");
            found.extend(step(&table, config, scale));
            found.extend(constants(&table, config));
            found.extend(self.schedule(&table, config));
        }
        found.extend(self.average());
        found.extend(self.rules());
        if let Ok(tree) = Value::try_from(self) {
            rounded(&tree, String::new(), &mut found);
        }
        let found = found.into_iter();
        found
            .map(|Warning { key, value, reason }| format!("`{key}` is {value}: {reason}"))
            .chain(self.system.warnings(&self.experiment))
            .collect()
    }

    /// A learning rate that decays to zero early or never rises.
    fn schedule(&self, table: &str, config: &OptimizerConfig) -> Option<Warning> {
        let schedule = config.schedule;
        let images = self.experiment.run.images as f64;
        if config.rate < SHORTEST_STEP {
            return None;
        }
        let last = config.rate * images / schedule.warmup as f64;
        if last < SHORTEST_STEP {
            return Some(Warning::new(
                format!("{table}.schedule.warmup"),
                schedule.warmup as f64,
                format!(
                    "after the {images} images of the run the rate has risen to {last:e}, and next to nothing is trained"
                ),
            ));
        }
        let half_life = schedule.half_life?;
        if schedule.kind != ScheduleKind::Exponential {
            return None;
        }
        let fallen = 0.5_f64.powf(self.experiment.images_per_step() as f64 / half_life);
        let second = config.rate * fallen.max(schedule.floor);
        let reason = if second < SHORTEST_STEP {
            format!("the second step has a rate of {second:e}, and next to nothing is trained")
        } else if images.max(SHORT_RUN) / half_life < f64::from(f32::EPSILON) {
            "the rate does not fall".to_owned()
        } else {
            return None;
        };
        Some(Warning::new(
            format!("{table}.schedule.half_life"),
            half_life,
            reason,
        ))
    }

    /// An average without averaging, or one that does not change.
    fn average(&self) -> Option<Warning> {
        let half_life = self.experiment.average?.half_life;
        let per_update = self.experiment.images_per_step() as f64
            / self.experiment.game.generator_steps.max(1) as f64;
        let kept = 0.5_f64.powf(per_update / half_life) as f32;
        let reason = if kept == 0.0 {
            "an update leaves nothing of the average, which is the last generator"
        } else if (1.0 - kept) < f32::EPSILON / 2.0 {
            "an update's share of the average is 0 in single precision, once its warm-up is over"
        } else {
            return None;
        };
        Some(Warning::new("average.half_life", half_life, reason))
    }

    /// Rules without an effect.
    fn rules(&self) -> Vec<Warning> {
        let noise = self.experiment.game.instance_noise;
        let noise = noise.filter(|noise| noise.until < self.experiment.run.batch as f64);
        let noise = noise.map(|noise| {
            let reason = "no step after the first sees noise";
            Warning::new("game.instance_noise.until", noise.until, reason)
        });
        let clipped = self
            .experiment
            .game
            .penalties
            .iter()
            .filter_map(|penalty| match penalty {
                Penalty::WeightClipping { limit } if *limit < SHORTEST_STEP => Some(Warning::new(
                    "game.penalties.limit",
                    *limit,
                    "nothing is left of the discriminator's weights",
                )),
                _ => None,
            });
        clipped.chain(noise).collect()
    }
}

struct Warning {
    key: String,
    value: String,
    reason: String,
}

impl Warning {
    fn new(key: impl Into<String>, value: f64, reason: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            value: written(value),
            reason: reason.into(),
        }
    }
}

/// The number in TOML syntax: `1e-308` instead of three hundred zeros.
fn written(value: f64) -> String {
    if value.abs() >= 1e7 || value.abs() < 1e-4 {
        format!("{value:e}")
    } else {
        value.to_string()
    }
}

/// If a step is too short to change a weight, the key that makes it so. `scale` is the size of a typical gradient.
fn step(table: &str, config: &OptimizerConfig, scale: f64) -> Option<Warning> {
    let length = |gradient: f64, epsilon: f64| match config.kind {
        OptimizerKind::Adam | OptimizerKind::Adamw | OptimizerKind::Rmsprop => {
            config.rate * gradient / (gradient + epsilon)
        }
        OptimizerKind::Sgd => {
            let momentum = config.momentum;
            config.rate * gradient * (1.0 - config.dampening * momentum) / (1.0 - momentum)
        }
    };
    let clipped = config.clip_norm.unwrap_or(1.0).min(1.0);
    let (epsilon, usual) = (config.epsilon, OptimizerConfig::DEFAULT_EPSILON);
    let key = |key: &str| format!("{table}.{key}");
    // The values are applied one after the other; the first that makes the step too short is the reason.
    let (key, value, length) = [
        (key("rate"), config.rate, length(1.0, usual)),
        (key("epsilon"), epsilon, length(1.0, epsilon)),
        (key("clip_norm"), clipped, length(clipped, epsilon)),
        (
            "game.feature_matching.weight".to_owned(),
            scale,
            length(clipped.min(scale), epsilon),
        ),
    ]
    .into_iter()
    .find(|&(.., length)| length < SHORTEST_STEP)?;
    let reason = format!(
        "steps are about {length:.0e} long, and change no weight of 0.002 or more in single precision"
    );
    Some(Warning::new(key, value, reason))
}

/// Optimizer constants that round to 0 or 1, and a weight decay that removes the whole weight.
fn constants(table: &str, config: &OptimizerConfig) -> Vec<Warning> {
    let adam = matches!(config.kind, OptimizerKind::Adam | OptimizerKind::Adamw);
    let adaptive = adam || config.kind == OptimizerKind::Rmsprop;
    let is_one = |value: f64| value as f32 >= 1.0;
    let all = config.rate * config.weight_decay;
    let takes_all = all >= 1.0 && config.kind != OptimizerKind::Adam && all.is_finite();
    let [first, second] = config.betas;
    let constant = "1 in single precision: the average of gradients stays 0, and divided by its correction it is not finite";
    [
        (adam && is_one(first), "betas", first, constant),
        (adam && is_one(second), "betas", second, constant),
        (
            adaptive && config.epsilon as f32 == 0.0,
            "epsilon",
            config.epsilon,
            "0 in single precision: what has no gradient is divided by 0",
        ),
        (
            config.kind == OptimizerKind::Rmsprop && is_one(config.alpha),
            "alpha",
            config.alpha,
            "1 in single precision: the mean of squares stays 0",
        ),
        (
            !adam && is_one(config.momentum),
            "momentum",
            config.momentum,
            "1 in single precision: steps add up and never fade",
        ),
        (
            takes_all,
            "weight_decay",
            config.weight_decay,
            "times the rate it is 1 or more: a step takes all there is of a weight",
        ),
    ]
    .into_iter()
    .filter(|&(holds, ..)| holds)
    .map(|(_, key, value, reason)| Warning::new(format!("{table}.{key}"), value, reason))
    .collect()
}

/// Adds every number that single precision rounds to another value, unless its key is already reported.
fn rounded(tree: &Value, at: String, found: &mut Vec<Warning>) {
    let below = |key: &str| match at.as_str() {
        "" => key.to_owned(),
        at => format!("{at}.{key}"),
    };
    match tree {
        Value::Table(table) => {
            for (key, value) in table {
                if !DOUBLE.contains(&key.as_str()) {
                    rounded(value, below(key), found);
                }
            }
        }
        // The items of a list share its key, as in error messages.
        Value::Array(list) => {
            for value in list {
                rounded(value, at.clone(), found);
            }
        }
        Value::Float(value) => {
            let single = *value as f32;
            let becomes = if single == 0.0 && *value != 0.0 {
                "0"
            } else if single.is_infinite() && value.is_finite() {
                "infinite"
            } else if single >= 1.0 && *value < 1.0 {
                "1"
            } else {
                return;
            };
            if found.iter().all(|warning| warning.key != at) {
                let reason =
                    format!("{becomes} in single precision, in which networks are trained");
                found.push(Warning::new(at, *value, reason));
            }
        }
        Value::String(_) | Value::Integer(_) | Value::Boolean(_) | Value::Datetime(_) => {}
    }
}

#[cfg(test)]
#[path = "warnings_tests.rs"]
mod tests;
