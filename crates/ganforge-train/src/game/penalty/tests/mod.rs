//! Penalties agree with PyTorch, with each other, and with theory.

mod dirac;
mod forms;
mod orthogonal;
mod reference;
mod regularisers;

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use ganforge_model::collect_weights;

/// Gradients of a loss with respect to every float parameter of a module, by path; zeros where there is none.
fn gradients_by_name<M: Module>(loss: &Tensor<1>, module: &M) -> BTreeMap<String, Vec<f64>> {
    let gradients = GradientsParams::from_grads(loss.backward(), module);
    let mut swap = Swap { gradients };
    let in_place = module.clone().map(&mut swap);
    collect_weights(&in_place)
        .into_iter()
        .map(|(name, data)| (name, data.iter::<f64>().collect()))
        .collect()
}

/// Replaces each parameter by its gradient.
struct Swap {
    gradients: GradientsParams,
}

impl ModuleMapper for Swap {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let gradient = self.gradients.remove::<D>(param.id);
        param.map(|weights| match gradient {
            Some(gradient) => Tensor::from_inner(gradient),
            None => weights.zeros_like(),
        })
    }
}

fn flat(gradients: &BTreeMap<String, Vec<f64>>) -> Vec<f64> {
    gradients.values().flatten().copied().collect()
}

fn cosine(one: &[f64], other: &[f64]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
    dot(one, other) / (dot(one, one) * dot(other, other)).sqrt()
}
