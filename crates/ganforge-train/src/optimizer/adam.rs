//! Adam and `AdamW` of burn-optim, computed by the fused update of `ganforge-ops` where supported.

use burn::optim::{
    Adam, AdamState, AdamW, AdamWState, AdaptiveMomentumState, LearningRate, Optimizer,
};
use burn::tensor::{Device, Tensor};
use ganforge_ops::{AdamStep, Decay};

/// Equivalent to Burn's optimizer in formula and state: each can resume from the other's record.
#[derive(Clone)]
pub struct FusedAdam {
    /// Burn's optimizer, for unsupported steps: the first of each parameter, and those on other devices.
    pub fallback: BurnAdam,
    /// Decay rates of the moments.
    pub betas: [f32; 2],
    /// Added to the denominator.
    pub epsilon: f32,
    /// Weight decay.
    pub decay: Decay,
}

/// Burn's optimizers.
#[derive(Clone)]
pub enum BurnAdam {
    /// With weight decay added to the gradient.
    Adam(Adam),
    /// With decoupled weight decay.
    AdamW(AdamW),
}

impl Optimizer for FusedAdam {
    type State<const D: usize> = AdamState<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        tensor: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<AdamState<D>>,
    ) -> (Tensor<D>, Option<AdamState<D>>) {
        let Some(AdamState { momentum }) = state else {
            return self.fallback.step(rate, tensor, gradient, None);
        };
        let (time, moments) = (momentum.time, [momentum.moment_1, momentum.moment_2]);
        if !AdamStep::supports(&tensor, &gradient, &moments) {
            let [first, second] = moments;
            let momentum = AdaptiveMomentumState::new(time, first, second);
            return self.fallback.step(rate, tensor, gradient, Some(momentum));
        }
        let step = AdamStep {
            rate,
            betas: self.betas,
            epsilon: self.epsilon,
            decay: self.decay,
            time: i32::try_from(time + 1).unwrap_or(i32::MAX),
        };
        let moved = step.apply(&tensor, gradient, moments);
        let [first, second] = moved.moments;
        let momentum = AdaptiveMomentumState::new(time + 1, first, second);
        (moved.parameter, Some(AdamState::new(momentum)))
    }

    fn to_device<const D: usize>(state: AdamState<D>, device: &Device) -> AdamState<D> {
        Adam::to_device(state, device)
    }
}

impl BurnAdam {
    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        tensor: Tensor<D>,
        gradient: Tensor<D>,
        momentum: Option<AdaptiveMomentumState<D>>,
    ) -> (Tensor<D>, Option<AdamState<D>>) {
        match self {
            Self::Adam(adam) => adam.step(rate, tensor, gradient, momentum.map(AdamState::new)),
            Self::AdamW(adamw) => {
                let state = momentum.map(AdamWState::new);
                let (tensor, state) = adamw.step(rate, tensor, gradient, state);
                (tensor, state.map(|state| AdamState::new(state.momentum)))
            }
        }
    }
}

#[cfg(test)]
#[path = "adam_tests.rs"]
mod tests;
