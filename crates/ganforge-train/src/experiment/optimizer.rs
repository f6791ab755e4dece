//! `[optimizer.generator]` and `[optimizer.discriminator]`: optimizer and learning rate schedule of each player.

use serde::{Deserialize, Serialize};

use crate::error::RecipeError;

/// One player's optimizer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptimizerConfig {
    /// The update formula.
    pub kind: OptimizerKind,
    /// Peak learning rate.
    pub rate: f64,
    /// Adam's decay rates of the first and second moment.
    #[serde(default = "adam_betas")]
    pub betas: [f64; 2],
    /// Added to the denominator of Adam and `RMSprop`.
    #[serde(default = "epsilon")]
    pub epsilon: f64,
    /// Momentum of SGD and `RMSprop`.
    #[serde(default)]
    pub momentum: f64,
    /// Schedule of SGD's momentum; constant by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub momentum_schedule: Option<MomentumSchedule>,
    /// Dampening of SGD's momentum, in [0, 1]: a gradient counts 1 - `dampening` · momentum. 1 is Torch's default, with which a
    /// momentum does not lengthen steps.
    #[serde(default)]
    pub dampening: f64,
    /// Decay rate of `RMSprop`'s moving average of squared gradients.
    #[serde(default = "rmsprop_alpha")]
    pub alpha: f64,
    /// Weight decay: decoupled in `AdamW`, added to the gradient otherwise.
    #[serde(default)]
    pub weight_decay: f64,
    /// Gradient clipping: largest joint L2 norm of the gradients of all the player's parameters; longer gradients are scaled down to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip_norm: Option<f64>,
    /// Learning rate schedule.
    #[serde(default)]
    pub schedule: ScheduleConfig,
}

/// Update formulas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptimizerKind {
    /// Kingma & Ba 2015: `betas`, `epsilon`.
    Adam,
    /// Loshchilov & Hutter 2019, Adam with decoupled weight decay: `betas`, `epsilon`.
    Adamw,
    /// Hinton's lecture 6e: `alpha`, `epsilon`, `momentum`.
    Rmsprop,
    /// Stochastic gradient descent: `momentum`, `momentum_schedule`, `dampening`.
    Sgd,
}

/// A linear change of the momentum.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MomentumSchedule {
    /// The final momentum.
    pub end: f64,
    /// Number of real images over which the momentum changes.
    pub images: u64,
}

/// The learning rate schedule.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleConfig {
    /// Shape of the decay from `rate` to `rate · floor`.
    pub kind: ScheduleKind,
    /// Final learning rate as a fraction of `rate`, in [0, 1].
    #[serde(default)]
    pub floor: f64,
    /// Number of images of linear warm-up from zero.
    #[serde(default)]
    pub warmup: u64,
    /// Number of images at the full rate, warm-up included, before it decays.
    #[serde(default)]
    pub hold: u64,
    /// Number of images after which an exponential schedule has halved the rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half_life: Option<f64>,
}

/// Shape of the decay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScheduleKind {
    /// Constant.
    Constant,
    /// Linear decay.
    Linear,
    /// Cosine decay.
    Cosine,
    /// Exponential decay with the given `half_life` down to the floor.
    Exponential,
}

impl Default for ScheduleConfig {
    fn default() -> Self {
        Self {
            kind: ScheduleKind::Constant,
            floor: 0.0,
            warmup: 0,
            hold: 0,
            half_life: None,
        }
    }
}

impl OptimizerConfig {
    /// Adam (Kingma & Ba 2015) with betas of 0.9 and 0.999.
    ///
    /// ```
    /// use ganforge_train::OptimizerConfig;
    /// let dcgan = OptimizerConfig::adam(2e-4).betas(0.5, 0.999);
    /// assert_eq!(dcgan.betas, [0.5, 0.999]);
    /// ```
    #[must_use]
    pub fn adam(rate: f64) -> Self {
        Self::new(OptimizerKind::Adam, rate)
    }

    /// Adam with decoupled weight decay (Loshchilov & Hutter 2019).
    #[must_use]
    pub fn adamw(rate: f64, weight_decay: f64) -> Self {
        Self {
            weight_decay,
            ..Self::new(OptimizerKind::Adamw, rate)
        }
    }

    /// `RMSprop` (Hinton, lecture 6e) with a decay of 0.99.
    #[must_use]
    pub fn rmsprop(rate: f64) -> Self {
        Self::new(OptimizerKind::Rmsprop, rate)
    }

    /// Stochastic gradient descent without momentum.
    #[must_use]
    pub fn sgd(rate: f64) -> Self {
        Self::new(OptimizerKind::Sgd, rate)
    }

    fn new(kind: OptimizerKind, rate: f64) -> Self {
        Self {
            kind,
            rate,
            betas: adam_betas(),
            epsilon: epsilon(),
            momentum: 0.0,
            momentum_schedule: None,
            dampening: 0.0,
            alpha: rmsprop_alpha(),
            weight_decay: 0.0,
            clip_norm: None,
            schedule: ScheduleConfig::default(),
        }
    }

    /// Sets Adam's decay rates of the first and second moment.
    #[must_use]
    pub fn betas(self, first: f64, second: f64) -> Self {
        Self {
            betas: [first, second],
            ..self
        }
    }

    /// Sets the momentum of SGD or `RMSprop`.
    #[must_use]
    pub fn momentum(self, momentum: f64) -> Self {
        Self { momentum, ..self }
    }

    /// Bounds the L2 norm of the player's gradient.
    #[must_use]
    pub fn clip_norm(self, longest: f64) -> Self {
        Self {
            clip_norm: Some(longest),
            ..self
        }
    }

    /// Sets the learning rate's schedule.
    #[must_use]
    pub fn schedule(self, schedule: ScheduleConfig) -> Self {
        Self { schedule, ..self }
    }

    /// Default epsilon.
    pub(crate) const DEFAULT_EPSILON: f64 = 1e-8;

    pub(super) fn check(&self, table: &str) -> Result<(), RecipeError> {
        let share = |value: f64| (0.0..1.0).contains(&value);
        let below_one = "0 or more and below 1";
        let rules = [
            (
                "rate",
                self.rate,
                self.rate.is_finite() && self.rate > 0.0,
                "a number above 0",
            ),
            ("betas", self.betas[0], share(self.betas[0]), below_one),
            ("betas", self.betas[1], share(self.betas[1]), below_one),
            (
                "epsilon",
                self.epsilon,
                self.epsilon.is_finite() && self.epsilon > 0.0,
                "a number above 0",
            ),
            ("momentum", self.momentum, share(self.momentum), below_one),
            (
                "dampening",
                self.dampening,
                (0.0..=1.0).contains(&self.dampening),
                "0 to 1",
            ),
            ("alpha", self.alpha, share(self.alpha), below_one),
            (
                "weight_decay",
                self.weight_decay,
                self.weight_decay.is_finite() && self.weight_decay >= 0.0,
                "0 or more",
            ),
            (
                "clip_norm",
                self.clip_norm.unwrap_or(1.0),
                self.clip_norm
                    .is_none_or(|norm| norm.is_finite() && norm > 0.0),
                "a number above 0",
            ),
            (
                "schedule.floor",
                self.schedule.floor,
                (0.0..=1.0).contains(&self.schedule.floor),
                "0 to 1",
            ),
            (
                "schedule.half_life",
                self.schedule.half_life.unwrap_or(1.0),
                self.schedule
                    .half_life
                    .is_none_or(|images| images.is_finite() && images > 0.0),
                "a number of images above 0",
            ),
            (
                "momentum_schedule.end",
                self.momentum_schedule.map_or(0.0, |schedule| schedule.end),
                self.momentum_schedule
                    .is_none_or(|schedule| share(schedule.end)),
                below_one,
            ),
            (
                "momentum_schedule.images",
                self.momentum_schedule
                    .map_or(1.0, |schedule| schedule.images as f64),
                self.momentum_schedule
                    .is_none_or(|schedule| schedule.images > 0),
                "1 or more",
            ),
        ];
        match rules.into_iter().find(|&(.., holds, _)| !holds) {
            Some((key, value, _, allowed)) => {
                Err(RecipeError::value(format!("{table}.{key}"), value, allowed))
            }
            None => self.check_schedules(table),
        }
    }

    fn has_sgd_momentum(&self) -> bool {
        self.kind == OptimizerKind::Sgd && (self.momentum > 0.0 || self.momentum_schedule.is_some())
    }

    /// Checks that a schedule has the keys it needs and no others.
    fn check_schedules(&self, table: &str) -> Result<(), RecipeError> {
        let exponential = self.schedule.kind == ScheduleKind::Exponential;
        let refuse = |key, value: &str, allowed| {
            Err(RecipeError::value(format!("{table}.{key}"), value, allowed))
        };
        match self.schedule.half_life {
            None if exponential => refuse(
                "schedule.kind",
                "exponential",
                "exponential with a half_life in images",
            ),
            Some(_) if !exponential => refuse(
                "schedule.half_life",
                "set",
                "nothing, unless schedule.kind = \"exponential\"",
            ),
            _ if self.momentum_schedule.is_some() && self.kind != OptimizerKind::Sgd => {
                refuse("momentum_schedule", "set", "nothing, unless kind = \"sgd\"")
            }
            _ if self.dampening > 0.0 && !self.has_sgd_momentum() => refuse(
                "dampening",
                &self.dampening.to_string(),
                "0, unless kind = \"sgd\" with a momentum or a momentum_schedule",
            ),
            _ => Ok(()),
        }
    }
}

fn adam_betas() -> [f64; 2] {
    [0.9, 0.999]
}

fn epsilon() -> f64 {
    OptimizerConfig::DEFAULT_EPSILON
}

fn rmsprop_alpha() -> f64 {
    0.99
}
