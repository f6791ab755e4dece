//! Stochastic gradient descent with a momentum that changes during training (Sutskever et al. 2013, "On the importance of initialization and momentum
//! in deep learning").
//!
//! The velocity is in units of steps, not of gradients: v ← μ·v - ε·g, θ ← θ + v. So earlier gradients keep the learning rate of their time when the
//! rate decreases. At a constant rate this equals the ordinary momentum of `sgd`. With a dampening δ every gradient but the first counts 1 - δ·μ:
//! δ = 1 is the default of Torch's `optim.sgd`.

use burn::optim::decay::WeightDecay;
use burn::optim::{LearningRate, Optimizer, RecordState, StateSink, StateSource, join_path};
use burn::tensor::{Device, Tensor};
use ganforge_ops::momentum_step;

/// A momentum that changes linearly between two values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ramp {
    /// At the first update.
    pub start: f64,
    /// From the last update on.
    pub end: f64,
    /// Number of updates from the first to the last value.
    pub updates: f64,
}

impl Ramp {
    /// The momentum of an update, counted from 0.
    #[must_use]
    pub fn at(self, update: u64) -> f64 {
        let done = (update as f64 / self.updates).min(1.0);
        self.start + (self.end - self.start) * done
    }
}

/// Stochastic gradient descent with a ramped momentum.
#[derive(Clone)]
pub struct RampedMomentum {
    /// The momentum of each update.
    pub ramp: Ramp,
    /// How much less a gradient counts, as a share of the momentum.
    pub dampening: f64,
    /// Weight decay.
    pub decay: Option<WeightDecay>,
}

/// The optimizer's state for one parameter.
#[derive(Clone)]
pub struct RampedState<const D: usize> {
    velocity: Tensor<D>,
    updates: u64,
}

impl Optimizer for RampedMomentum {
    type State<const D: usize> = RampedState<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        tensor: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<RampedState<D>>,
    ) -> (Tensor<D>, Option<RampedState<D>>) {
        let gradient = match &self.decay {
            Some(decay) => decay.transform(gradient, tensor.clone()),
            None => gradient,
        };
        let Some(RampedState { velocity, updates }) = state else {
            let velocity = gradient * rate;
            let tensor = tensor - velocity.clone();
            return (
                tensor,
                Some(RampedState {
                    velocity,
                    updates: 1,
                }),
            );
        };
        let momentum = self.ramp.at(updates);
        let rate = rate * (1.0 - self.dampening * momentum);
        let [tensor, velocity] = momentum_step(tensor, gradient, velocity, rate, momentum);
        let updates = updates + 1;
        (tensor, Some(RampedState { velocity, updates }))
    }

    fn to_device<const D: usize>(mut state: RampedState<D>, device: &Device) -> RampedState<D> {
        state.velocity = state.velocity.to_device(device);
        state
    }
}

impl<const D: usize> RecordState for RampedState<D> {
    fn state_flatten(&self, prefix: &str, out: &mut StateSink) {
        out.push_tensor(&velocity(prefix), "velocity", self.velocity.to_data());
        out.push_scalar(prefix, "updates", self.updates.into());
    }

    fn state_unflatten(prefix: &str, source: &mut StateSource, device: &Device) -> Option<Self> {
        let updates = source.take_scalar(prefix, "updates")?;
        let velocity = source.take_tensor(&velocity(prefix), "velocity")?;
        Some(Self {
            velocity: Tensor::from_data(velocity, device),
            updates: updates.try_into().ok()?,
        })
    }
}

/// Path of the velocity in a checkpoint, the same as that of Burn's momentum.
fn velocity(prefix: &str) -> String {
    join_path(prefix, "velocity")
}

#[cfg(test)]
mod tests {
    use burn::module::Param;
    use burn::nn::{Linear, LinearConfig};
    use burn::optim::{GradientsParams, ModuleOptimizer};
    use burn::tensor::TensorData;

    use super::*;

    fn optimizer(dampening: f64) -> ModuleOptimizer {
        let ramp = Ramp {
            start: 0.5,
            end: 0.7,
            updates: 4.0,
        };
        ModuleOptimizer::from(RampedMomentum {
            ramp,
            dampening,
            decay: None,
        })
    }

    /// One weight of value 1; the loss is three times the weight.
    fn weight() -> Linear {
        let device = Device::flex().autodiff();
        let mut layer = LinearConfig::new(1, 1).with_bias(false).init(&device);
        let one = TensorData::new(vec![1.0_f32], [1, 1]);
        layer.weight = Param::from_tensor(Tensor::from_data(one, &device));
        layer
    }

    fn step(optimizer: &mut ModuleOptimizer, layer: Linear, rate: f64) -> Linear {
        let loss = layer.weight.val().sum() * 3.0;
        let gradients = GradientsParams::from_grads(loss.backward(), &layer);
        optimizer.step(rate, layer, gradients)
    }

    #[test]
    fn steps_agree_with_the_closed_form() {
        for dampening in [0.0, 0.4, 1.0] {
            let (mut optimizer, mut layer) = (optimizer(dampening), weight());
            let (mut velocity, mut expected) = (0.0, 1.0);
            for (update, momentum) in [0.5, 0.55, 0.6, 0.65, 0.7, 0.7].into_iter().enumerate() {
                let rate = 0.1 / 1.5_f64.powf(update as f64);
                let counts = if update == 0 {
                    1.0
                } else {
                    1.0 - dampening * momentum
                };
                velocity = momentum * velocity - counts * rate * 3.0;
                expected += velocity;
                layer = step(&mut optimizer, layer, rate);
                let found: f32 = layer.weight.val().into_scalar();
                assert!(
                    (f64::from(found) - expected).abs() < 1e-5,
                    "{dampening}, {update}: {found}"
                );
            }
        }
    }

    /// Torch: `dfdx:mul(mom):add(1-mom, dfdx)`, then `x:add(-rate, dfdx)`.
    #[test]
    fn full_dampening_at_a_constant_rate_is_the_sgd_of_torch() {
        let (mut optimizer, mut layer) = (optimizer(1.0), weight());
        let (mut average, mut expected) = (3.0, 1.0);
        for (update, momentum) in [0.5, 0.55, 0.6, 0.65, 0.7].into_iter().enumerate() {
            if update > 0 {
                average = momentum * average + (1.0 - momentum) * 3.0;
            }
            expected -= 0.1 * average;
            layer = step(&mut optimizer, layer, 0.1);
            let found: f32 = layer.weight.val().into_scalar();
            assert!(
                (f64::from(found) - expected).abs() < 1e-5,
                "{update}: {found}"
            );
        }
    }

    #[test]
    fn a_restored_optimizer_continues_equally() {
        let (mut original, mut layer) = (optimizer(0.0), weight());
        for _ in 0..3 {
            layer = step(&mut original, layer, 0.1);
        }
        let mut restored = optimizer(0.0).load_record(original.to_record());
        let same: [f32; 2] = [&mut original, &mut restored].map(|optimizer| {
            step(optimizer, layer.clone(), 0.1)
                .weight
                .val()
                .into_scalar()
        });
        assert!((same[0] - same[1]).abs() < f32::EPSILON, "{same:?}");
        let mut fresh = optimizer(0.0);
        let other: f32 = step(&mut fresh, layer, 0.1).weight.val().into_scalar();
        assert!((same[0] - other).abs() > 0.1, "the velocity counts");
    }
}
