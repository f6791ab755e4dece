//! Linear interpolation between two networks of one architecture; parameters correspond by visiting order, not by id.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::Tensor;

/// `keep·average + (1 - keep)·latest`, running statistics included. Values that are equal in both stay bitwise equal.
pub fn lerp<M: Module>(average: M, latest: &M, keep: f64) -> M {
    // A snapshot holds the current running statistics; those of the module itself lag one update behind.
    let latest = values(&latest.valid());
    average.map(&mut LerpMapper { latest, keep })
}

/// Every float parameter, flattened.
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

struct LerpMapper {
    latest: std::vec::IntoIter<Tensor<1>>,
    keep: f64,
}

impl ModuleMapper for LerpMapper {
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
