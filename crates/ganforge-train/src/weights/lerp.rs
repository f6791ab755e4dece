//! Two networks of one architecture, parameter by parameter in visiting order, whatever their identities.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::Tensor;

/// `keep·average + (1 - keep)·latest`, running statistics included. What is equal in both stays so to the last bit.
pub fn lerp<M: Module>(average: M, latest: &M, keep: f64) -> M {
    // The snapshot's running statistics are up to date; those of the original lag one update behind.
    let latest = values(&latest.valid());
    average.map(&mut Blend { latest, keep })
}

/// Every float parameter, flat.
pub fn values<M: Module>(module: &M) -> std::vec::IntoIter<Tensor<1>> {
    let mut values = Values(Vec::new());
    module.visit(&mut values);
    values.0.into_iter()
}

struct Values(Vec<Tensor<1>>);

impl ModuleVisitor for Values {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.push(param.base().flatten(0, D - 1));
    }
}

struct Blend {
    latest: std::vec::IntoIter<Tensor<1>>,
    keep: f64,
}

impl ModuleMapper for Blend {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let latest = self
            .latest
            .next()
            .expect("both networks have one architecture");
        param.map(|average| {
            let latest = latest.reshape(average.shape());
            if self.keep == 0.0 {
                return latest;
            }
            ganforge_ops::lerp(average, latest, 1.0 - self.keep)
        })
    }
}
