//! Looking at gradients without consuming them.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

/// The L2 norm over all gradients of a module; reads back one number.
#[must_use]
pub fn gradient_norm<M: Module>(gradients: &GradientsParams, module: &M) -> f64 {
    let mut squares = Squares {
        gradients,
        total: None,
    };
    module.visit(&mut squares);
    let read = |total: Tensor<1>| total.into_data().iter::<f64>().next();
    squares.total.and_then(read).unwrap_or(0.0).sqrt()
}

/// True where at least one parameter of the module has a gradient.
#[must_use]
pub fn moves<M: Module>(gradients: &GradientsParams, module: &M) -> bool {
    let mut search = Search {
        gradients,
        found: false,
    };
    module.visit(&mut search);
    search.found
}

struct Squares<'a> {
    gradients: &'a GradientsParams,
    total: Option<Tensor<1>>,
}

impl ModuleVisitor for Squares<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(gradient) = self.gradients.get::<D>(param.id) else {
            return;
        };
        let square = (gradient.clone() * gradient).sum();
        self.total = Some(match self.total.take() {
            Some(total) => total + square,
            None => square,
        });
    }
}

struct Search<'a> {
    gradients: &'a GradientsParams,
    found: bool,
}

impl ModuleVisitor for Search<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.found = self.found || self.gradients.get::<D>(param.id).is_some();
    }
}
