//! The norm of a player's whole gradient, and gradient clipping.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use ganforge_ops::sum;

/// The L2 norm over all gradients of a module; reads one number back from the device.
#[must_use]
pub fn gradient_norm<M: Module>(gradients: &GradientsParams, module: &M) -> f64 {
    let read = |total: Tensor<1>| total.into_data().iter::<f64>().next();
    squares(gradients, module)
        .and_then(read)
        .unwrap_or(0.0)
        .sqrt()
}

/// Gradient clipping: scales all gradients of a module by `min(1, longest / norm)`, where the norm is their joint L2 norm, without reading it back
/// from the device (Pascanu et al. 2013, algorithm 1).
#[must_use]
pub fn clip_norm<M: Module>(
    gradients: GradientsParams,
    module: &M,
    longest: f64,
) -> GradientsParams {
    let Some(squares) = squares(&gradients, module) else {
        return gradients;
    };
    // As in PyTorch, a small constant avoids division by zero.
    let factor = (squares.sqrt() + 1e-6).recip() * longest;
    let mut scale = Scale {
        gradients,
        factor: factor.clamp_max(1.0),
    };
    module.visit(&mut scale);
    scale.gradients
}

fn squares<M: Module>(gradients: &GradientsParams, module: &M) -> Option<Tensor<1>> {
    let mut squares = SumOfSquares {
        gradients,
        total: None,
    };
    module.visit(&mut squares);
    squares.total
}

/// Whether at least one parameter of the module has a gradient.
#[must_use]
pub fn has_gradients<M: Module>(gradients: &GradientsParams, module: &M) -> bool {
    let mut search = FindGradient {
        gradients,
        found: false,
    };
    module.visit(&mut search);
    search.found
}

struct SumOfSquares<'a> {
    gradients: &'a GradientsParams,
    total: Option<Tensor<1>>,
}

impl ModuleVisitor for SumOfSquares<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(gradient) = self.gradients.get::<D>(param.id) else {
            return;
        };
        let square = sum(gradient.clone() * gradient);
        self.total = Some(match self.total.take() {
            Some(total) => total + square,
            None => square,
        });
    }
}

struct Scale {
    gradients: GradientsParams,
    factor: Tensor<1>,
}

impl ModuleVisitor for Scale {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.remove::<D>(param.id) {
            let factor = self.factor.clone().reshape([1; D]);
            self.gradients.register(param.id, gradient * factor);
        }
    }
}

struct FindGradient<'a> {
    gradients: &'a GradientsParams,
    found: bool,
}

impl ModuleVisitor for FindGradient<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.found = self.found || self.gradients.get::<D>(param.id).is_some();
    }
}
