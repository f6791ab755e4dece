//! Weight clipping (Arjovsky et al. 2017, "Wasserstein GAN", algorithm 1).

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::Tensor;

/// Clips every parameter to `[-limit, limit]`.
#[must_use]
pub fn clip<M: Module>(module: M, limit: f64) -> M {
    module.map(&mut Clip { limit })
}

struct Clip {
    limit: f64,
}

impl ModuleMapper for Clip {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        // Running statistics are visited too. They are not parameters and are recognised by not tracking gradients.
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
        let layer = clip(layer, 0.01);
        let clipped: Vec<f32> = layer.weight.val().into_data().try_to_vec().unwrap();
        assert_eq!(clipped, [-0.01, 0.004, 0.01]);
        assert!(layer.weight.val().is_require_grad());
    }

    #[test]
    fn clipping_leaves_running_statistics_alone() {
        let device = Device::flex().autodiff();
        let norm = clip(BatchNormConfig::new(1).init(&device), 0.01);
        let variance: f32 = norm.running_var.value().into_scalar();
        let scale: f32 = norm.gamma.val().into_scalar();
        assert!((variance - 1.0).abs() < 1e-7);
        assert!((scale - 0.01).abs() < 1e-7);
    }
}
