//! One step of Adam or `AdamW`: moments and parameter together.
#![expect(
    clippy::inline_always,
    reason = "what is not inlined is not compiled for the machine's vectors"
)]

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use super::extension::FusedUpdateOps;
use super::parallel::{Each, sweep};
use super::reaches;

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
pub struct Moved<const D: usize> {
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
    pub fn reaches<const D: usize>(
        parameter: &Tensor<D>,
        gradient: &Tensor<D>,
        moments: &[Tensor<D>; 2],
    ) -> bool {
        let sizes = parameter.dims();
        let known = |tensor: &Tensor<D>| tensor.dims() == sizes && reaches(tensor);
        known(parameter) && known(gradient) && moments.iter().all(known)
    }

    /// Moves a parameter. Memory is reused where nobody else holds it: the moments' own, and the gradient's for the parameter.
    ///
    /// # Shapes
    /// - `parameter`, `gradient`, `moments`: alike
    ///
    /// # Panics
    /// If the kernels do not [reach](Self::reaches) the tensors.
    #[must_use]
    pub fn take<const D: usize>(
        self,
        parameter: &Tensor<D>,
        gradient: Tensor<D>,
        moments: [Tensor<D>; 2],
    ) -> Moved<D> {
        assert!(
            Self::reaches(parameter, &gradient, &moments),
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
        Moved {
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
        let [one, two] = self.betas;
        let rest = [1.0 - one.powi(self.time), 1.0 - two.powi(self.time)];
        let common = Common {
            rate: self.rate as f32,
            betas: self.betas,
            others: [1.0 - one, 1.0 - two],
        };
        let slices = [gradient, first, second];
        match self.decay {
            Decay::Gradient(penalty) => {
                let root = rest[1].sqrt();
                let step = Coupled {
                    common,
                    penalty,
                    factor: root / rest[0],
                    epsilon: self.epsilon * root,
                };
                if penalty == 0.0 {
                    sweep(slices, [parameter], &Plain(step));
                } else {
                    sweep(slices, [parameter], &step);
                }
            }
            Decay::Decoupled(penalty) => {
                let keep = 1.0 - self.rate * f64::from(penalty);
                let step = Decoupled {
                    common,
                    keep: keep as f32,
                    rest,
                    epsilon: self.epsilon,
                };
                sweep(slices, [parameter], &step);
            }
        }
    }
}

struct Common {
    rate: f32,
    betas: [f32; 2],
    others: [f32; 2],
}

impl Common {
    #[inline(always)]
    fn moments(&self, gradient: f32, first: &mut f32, second: &mut f32) {
        *first = *first * self.betas[0] + gradient * self.others[0];
        *second = *second * self.betas[1] + gradient * gradient * self.others[1];
    }
}

struct Coupled {
    common: Common,
    penalty: f32,
    factor: f32,
    epsilon: f32,
}

impl Coupled {
    #[inline(always)]
    fn moved(&self, parameter: f32, gradient: f32, first: &mut f32, second: &mut f32) -> f32 {
        self.common.moments(gradient, first, second);
        let delta = *first * self.factor / (second.sqrt() + self.epsilon);
        parameter - delta * self.common.rate
    }
}

impl Each<3, 1> for Coupled {
    #[inline(always)]
    fn each(&self, [gradient, first, second]: [&mut f32; 3], [parameter]: [f32; 1]) {
        let pulled = parameter * self.penalty + *gradient;
        *gradient = self.moved(parameter, pulled, first, second);
    }
}

/// Without weight decay: zero times an infinite weight would be no number.
struct Plain(Coupled);

impl Each<3, 1> for Plain {
    #[inline(always)]
    fn each(&self, [gradient, first, second]: [&mut f32; 3], [parameter]: [f32; 1]) {
        *gradient = self.0.moved(parameter, *gradient, first, second);
    }
}

struct Decoupled {
    common: Common,
    keep: f32,
    rest: [f32; 2],
    epsilon: f32,
}

impl Each<3, 1> for Decoupled {
    #[inline(always)]
    fn each(&self, [gradient, first, second]: [&mut f32; 3], [parameter]: [f32; 1]) {
        self.common.moments(*gradient, first, second);
        let root = (*second / self.rest[1]).sqrt() + self.epsilon;
        let delta = *first / self.rest[0] / root;
        *gradient = parameter * self.keep - delta * self.common.rate;
    }
}
