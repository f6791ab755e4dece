//! One step of Adam or `AdamW`: moments and parameter together.
#![expect(
    clippy::inline_always,
    reason = "what is not inlined is not compiled for the machine's vectors"
)]

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use super::extension::FusedUpdateOps;
use super::is_supported;
use super::parallel::{ElementUpdate, update_elements};

/// What one step of Adam does to every number of a parameter: the operations of Burn's optimizers, in their order, so that both give
/// the same bits.
#[derive(Clone, Copy, Debug)]
pub struct AdamStep {
    /// Learning rate.
    pub rate: f64,
    /// Decay rates of the moments.
    pub betas: [f32; 2],
    /// Added to the denominator.
    pub epsilon: f32,
    /// How weights are pulled towards zero.
    pub decay: Decay,
    /// Which step of the parameter this is, from 1.
    pub time: i32,
}

/// How weights are pulled towards zero, and with it whose formula is followed.
#[derive(Clone, Copy, Debug)]
pub enum Decay {
    /// As a term of the gradient: Adam (Kingma & Ba 2015).
    Gradient(f32),
    /// Beside the gradient: `AdamW` (Loshchilov & Hutter 2019).
    Decoupled(f32),
}

/// A parameter and its moments after a step.
pub struct AdamOutput<const D: usize> {
    /// The parameter.
    pub parameter: Tensor<D>,
    /// Running means of the gradient and of its square.
    pub moments: [Tensor<D>; 2],
}

impl AdamStep {
    /// Whether this crate's kernels reach the tensors of a step.
    ///
    /// # Shapes
    /// - `parameter`, `gradient`, `moments`: alike, or they are out of reach
    #[must_use]
    pub fn supports<const D: usize>(
        parameter: &Tensor<D>,
        gradient: &Tensor<D>,
        moments: &[Tensor<D>; 2],
    ) -> bool {
        let sizes = parameter.dims();
        let supported = |tensor: &Tensor<D>| tensor.dims() == sizes && is_supported(tensor);
        supported(parameter) && supported(gradient) && moments.iter().all(supported)
    }

    /// Moves a parameter. Memory is reused where nobody else holds it: the moments' own, and the gradient's for the parameter.
    ///
    /// # Shapes
    /// - `parameter`, `gradient`, `moments`: alike
    ///
    /// # Panics
    /// If the kernels do not [reach](Self::reaches) the tensors.
    #[must_use]
    pub fn apply<const D: usize>(
        self,
        parameter: &Tensor<D>,
        gradient: Tensor<D>,
        moments: [Tensor<D>; 2],
    ) -> AdamOutput<D> {
        assert!(
            Self::supports(parameter, &gradient, &moments),
            "tensors within reach"
        );
        let [first, second] = moments.map(Tensor::into_dispatch);
        let (parameter, first, second) = <Dispatch as FusedUpdateOps>::adam(
            self,
            parameter.clone().into_dispatch(),
            gradient.into_dispatch(),
            first,
            second,
        );
        AdamOutput {
            parameter: Tensor::from_dispatch(parameter),
            moments: [first, second].map(Tensor::from_dispatch),
        }
    }

    /// `gradient` becomes the parameter after the step.
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

/// Without weight decay: zero times an infinite weight would be no number.
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
