//! Constraints on the discriminator.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::error::RecipeError;

/// One entry of `game.penalties`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Penalty {
    /// After each of its updates every parameter of the discriminator is clipped to `[-limit, limit]`
    /// (Arjovsky et al. 2017, algorithm 1, where the limit is 0.01).
    WeightClipping {
        /// Largest magnitude a parameter may have, above 0.
        limit: f64,
    },
}

impl Penalty {
    /// What an update of the discriminator is followed by.
    #[must_use]
    pub fn after_update<M: Module>(&self, discriminator: M) -> M {
        match *self {
            Self::WeightClipping { limit } => discriminator.map(&mut Clip { limit }),
        }
    }

    /// True where the penalty bounds how fast the discriminator's score changes with the image.
    #[must_use]
    pub fn bounds_slope(&self) -> bool {
        match self {
            Self::WeightClipping { .. } => true,
        }
    }

    /// Refuses values without a meaning.
    ///
    /// # Errors
    /// Names the key, the value and what would be allowed.
    pub fn check(&self) -> Result<(), RecipeError> {
        match *self {
            Self::WeightClipping { limit } if limit.is_finite() && limit > 0.0 => Ok(()),
            Self::WeightClipping { limit } => Err(RecipeError::value(
                "game.penalties.limit",
                limit,
                "a number above 0",
            )),
        }
    }
}

struct Clip {
    limit: f64,
}

impl ModuleMapper for Clip {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        // Running statistics come by here too, but are no parameters of the critic's slope alone: they are
        // known by not asking for gradients.
        if !param.val().is_require_grad() {
            return param;
        }
        let limit = self.limit;
        param.map(|weights| Tensor::from_inner(weights.inner().clamp(-limit, limit)).require_grad())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::nn::{BatchNormConfig, LinearConfig};
    use burn::tensor::{Device, TensorData};

    #[test]
    fn clipping_bounds_parameters_and_keeps_them_trainable() {
        let device = Device::flex().autodiff();
        let mut layer = LinearConfig::new(3, 1).with_bias(false).init(&device);
        let weights = TensorData::new(vec![-0.5_f32, 0.004, 0.5], [3, 1]);
        layer.weight = Param::from_tensor(Tensor::from_data(weights, &device));
        let layer = Penalty::WeightClipping { limit: 0.01 }.after_update(layer);
        let clipped: Vec<f32> = layer.weight.val().into_data().try_to_vec().unwrap();
        assert_eq!(clipped, [-0.01, 0.004, 0.01]);
        assert!(layer.weight.val().is_require_grad());
    }

    #[test]
    fn clipping_leaves_running_statistics_alone() {
        let device = Device::flex().autodiff();
        let norm = BatchNormConfig::new(1).init(&device);
        let norm = Penalty::WeightClipping { limit: 0.01 }.after_update(norm);
        let variance: f32 = norm.running_var.value().into_scalar();
        let scale: f32 = norm.gamma.val().into_scalar();
        assert!((variance - 1.0).abs() < 1e-7);
        assert!((scale - 0.01).abs() < 1e-7);
    }
}
