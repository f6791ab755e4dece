//! One step of Adam or `AdamW` that updates moments and parameter together.
#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched loop is compiled for its instruction set"
)]

use super::parallel::{ElementUpdate, update_elements};

/// One step of Adam on every element of a parameter: the operations of Burn's optimizers in their order, so that both give the same bits.
///
/// # Examples
///
/// ```
/// use ganforge_ops::burn::tensor::{Device, Tensor};
/// use ganforge_ops::AdamStep;
///
/// let device = Device::flex();
/// let parameter = Tensor::<1>::zeros([4], &device);
/// let gradient = Tensor::<1>::ones([4], &device);
/// let moments = [Tensor::zeros([4], &device), Tensor::zeros([4], &device)];
/// let step = AdamStep { betas: [0.5, 0.999], ..AdamStep::new(0.1, 1) };
/// let after = step.apply(&parameter, gradient, moments);
/// let first: f32 = after.parameter.slice([0..1]).into_scalar();
/// assert!((first + 0.1).abs() < 1e-5); // The first step has the length of the rate.
/// ```
#[derive(Clone, Copy, Debug)]
pub struct AdamStep {
    /// Learning rate.
    pub rate: f64,
    /// Decay rates of the moments.
    pub betas: [f32; 2],
    /// Added to the denominator.
    pub epsilon: f32,
    /// Weight decay and its formula.
    pub decay: Decay,
    /// Number of this step, from 1.
    pub time: i32,
}

/// Weight decay, which also selects the formula of the step.
#[derive(Clone, Copy, Debug)]
pub enum Decay {
    /// Added to the gradient (L2 regularisation): Adam (Kingma & Ba 2015).
    Gradient(f32),
    /// Decoupled from the gradient: `AdamW` (Loshchilov & Hutter 2019).
    Decoupled(f32),
}

impl AdamStep {
    /// A step of Adam with the usual decay rates 0.9 and 0.999, epsilon 1e-8 and no weight decay. `rate` is the learning rate, `time` the number of
    /// the step, from 1.
    #[must_use]
    pub fn new(rate: f64, time: i32) -> Self {
        Self {
            rate,
            betas: [0.9, 0.999],
            epsilon: 1e-8,
            decay: Decay::Gradient(0.0),
            time,
        }
    }

    /// Overwrites `gradient` with the updated parameter.
    pub(super) fn run(
        self,
        parameter: &[f32],
        gradient: &mut [f32],
        first: &mut [f32],
        second: &mut [f32],
    ) {
        let [beta1, beta2] = self.betas;
        let bias_corrections = [1.0 - beta1.powi(self.time), 1.0 - beta2.powi(self.time)];
        let moment_update = MomentUpdate {
            rate: self.rate as f32,
            betas: self.betas,
            one_minus_betas: [1.0 - beta1, 1.0 - beta2],
        };
        let slices = [gradient, first, second];
        match self.decay {
            Decay::Gradient(weight_decay) => {
                let root = bias_corrections[1].sqrt();
                let step = CoupledDecay {
                    moment_update,
                    weight_decay,
                    correction: root / bias_corrections[0],
                    epsilon: self.epsilon * root,
                };
                if weight_decay == 0.0 {
                    update_elements(slices, [parameter], &WithoutDecay(step));
                } else {
                    update_elements(slices, [parameter], &step);
                }
            }
            Decay::Decoupled(weight_decay) => {
                let parameter_scale = 1.0 - self.rate * f64::from(weight_decay);
                let step = DecoupledDecay {
                    moment_update,
                    parameter_scale: parameter_scale as f32,
                    bias_corrections,
                    epsilon: self.epsilon,
                };
                update_elements(slices, [parameter], &step);
            }
        }
    }
}

struct MomentUpdate {
    rate: f32,
    betas: [f32; 2],
    one_minus_betas: [f32; 2],
}

impl MomentUpdate {
    #[inline(always)]
    fn moments(&self, gradient: f32, first: &mut f32, second: &mut f32) {
        *first = *first * self.betas[0] + gradient * self.one_minus_betas[0];
        *second = *second * self.betas[1] + gradient * gradient * self.one_minus_betas[1];
    }
}

struct CoupledDecay {
    moment_update: MomentUpdate,
    weight_decay: f32,
    correction: f32,
    epsilon: f32,
}

impl CoupledDecay {
    #[inline(always)]
    fn updated(&self, parameter: f32, gradient: f32, first: &mut f32, second: &mut f32) -> f32 {
        self.moment_update.moments(gradient, first, second);
        let delta = *first * self.correction / (second.sqrt() + self.epsilon);
        parameter - delta * self.moment_update.rate
    }
}

impl ElementUpdate<3, 1> for CoupledDecay {
    #[inline(always)]
    fn update(&self, [gradient, first, second]: [&mut f32; 3], [parameter]: [f32; 1]) {
        let decayed = parameter * self.weight_decay + *gradient;
        *gradient = self.updated(parameter, decayed, first, second);
    }
}

/// Without weight decay, because zero times an infinite weight would be NaN.
struct WithoutDecay(CoupledDecay);

impl ElementUpdate<3, 1> for WithoutDecay {
    #[inline(always)]
    fn update(&self, [gradient, first, second]: [&mut f32; 3], [parameter]: [f32; 1]) {
        *gradient = self.0.updated(parameter, *gradient, first, second);
    }
}

struct DecoupledDecay {
    moment_update: MomentUpdate,
    parameter_scale: f32,
    bias_corrections: [f32; 2],
    epsilon: f32,
}

impl ElementUpdate<3, 1> for DecoupledDecay {
    #[inline(always)]
    fn update(&self, [gradient, first, second]: [&mut f32; 3], [parameter]: [f32; 1]) {
        self.moment_update.moments(*gradient, first, second);
        let root = (*second / self.bias_corrections[1]).sqrt() + self.epsilon;
        let delta = *first / self.bias_corrections[0] / root;
        *gradient = parameter * self.parameter_scale - delta * self.moment_update.rate;
    }
}
