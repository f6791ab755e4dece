//! Parameter ids, which key gradients and optimizer state, and the number of parameters.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::Tensor;

/// Sets the ids of a module's float parameters to 1, 2, 3, … in visiting order.
///
/// Burn draws ids at random, and a cloned module keeps them. After numbering, all parameters of a game have different ids, and a rebuilt game finds
/// its gradients and moments by the same ids. Running statistics, which have neither, keep Burn's ids.
#[must_use]
pub fn number_parameters<M: Module>(module: M) -> M {
    module.map(&mut Numbering { next: 1 })
}

struct Numbering {
    next: u64,
}

impl ModuleMapper for Numbering {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (_, value, mapper) = param.consume();
        let id = ParamId::from(self.next);
        self.next += 1;
        Param::from_mapped_value(id, value, mapper)
    }
}

/// Number of trainable scalars; running statistics are not counted.
#[must_use]
pub fn trainable_parameters<M: Module>(module: &M) -> usize {
    let mut count = Count(0);
    module.visit(&mut count);
    count.0
}

/// Whether all parameters of a module are finite, running statistics included; waits for the device.
#[must_use]
pub fn has_finite_parameters<M: Module>(module: &M) -> bool {
    let mut sum = Differences(None);
    module.visit(&mut sum);
    let read = |total: Tensor<1>| total.into_data().iter::<f64>().all(f64::is_finite);
    sum.0.is_none_or(read)
}

/// The sum of x - x over all parameters: zero, unless an x is infinite or NaN.
struct Differences(Option<Tensor<1>>);

impl ModuleVisitor for Differences {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val().inner();
        let difference = (value.clone() - value).sum();
        self.0 = Some(match self.0.take() {
            Some(total) => total + difference,
            None => difference,
        });
    }
}

struct Count(usize);

impl ModuleVisitor for Count {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if param.val().is_require_grad() {
            self.0 += param.lazy_shape().num_elements();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::module::list_param_ids;
    use burn::nn::{BatchNormConfig, LinearConfig};
    use burn::tensor::Device;

    #[test]
    fn a_copy_gets_ids_of_its_own() {
        let layer = LinearConfig::new(3, 2).init(&Device::flex());
        let copy = layer.clone();
        assert_eq!(list_param_ids(&layer), list_param_ids(&copy));
        let numbered = number_parameters(vec![layer, copy]);
        let ids: Vec<u64> = list_param_ids(&numbered).iter().map(ParamId::val).collect();
        assert_eq!(ids, [1, 2, 3, 4]);
    }

    #[test]
    fn a_single_non_finite_value_is_detected() {
        let device = Device::flex().autodiff();
        let mut layer = LinearConfig::new(3, 2).init(&device);
        assert!(has_finite_parameters(&layer));
        for lost in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let weights = Tensor::from_data([[0.0, 1.0], [lost, 2.0], [3.0, f32::MAX]], &device);
            layer.weight = Param::from_tensor(weights);
            assert!(!has_finite_parameters(&layer), "{lost}");
        }
    }

    #[test]
    fn running_statistics_are_not_counted() {
        let device = Device::flex().autodiff();
        assert_eq!(
            trainable_parameters(&LinearConfig::new(3, 2).init(&device)),
            8
        );
        assert_eq!(
            trainable_parameters(&BatchNormConfig::new(5).init(&device)),
            10
        );
    }
}
