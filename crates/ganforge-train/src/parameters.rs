//! Parameter identities, which key gradients and optimizer state.

use burn::module::{Module, ModuleMapper, Param, ParamId};
use burn::tensor::Tensor;

/// Numbers a module's float parameters 1, 2, 3, … in visiting order.
///
/// Burn draws identities at random and a cloned module keeps them; numbered, no two parameters of a game share
/// one, and two runs of the same recipe write the same checkpoint.
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
