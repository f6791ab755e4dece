//! Spectral normalisation (Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks", algorithm 1).
//!
//! Every weight `W` of two or more dimensions is used as `W / σ(W)`, where σ is the largest singular value of the weight as a matrix `[first
//! dimension, the others]`. Then no layer increases distances, and the norm of the input gradient is bounded. `σ ≈ uᵀWv`, with vectors that follow
//! the weight by one power iteration after each update; they are constants in the gradient and part of a checkpoint. The stored weight is not
//! changed: it is the one that optimizers and clipping update.

use burn::module::{
    Module, ModuleMapper, Param, Reparameterization, Reparameterizer, RunningState,
};
use burn::tensor::{Tensor, TensorData};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// Power iterations before the first step; later ones start from a nearly converged state.
const FIRST_ITERATIONS: usize = 15;

/// Normalises every weight of a module; `rng` draws the initial vectors of the power iterations.
#[must_use]
pub fn normalise<M: Module>(module: M, rng: &mut ChaCha8Rng) -> M {
    let mut module = module.apply_reparameterization(Attach { rng });
    for _ in 0..FIRST_ITERATIONS {
        module = iterate(module);
    }
    module
}

/// One power iteration for each weight of a [normalised](normalise) module, after an update of the weights.
#[must_use]
pub fn iterate<M: Module>(module: M) -> M {
    module.map(&mut PowerIteration::default())
}

/// A weight divided by its largest singular value.
#[derive(Module, Debug)]
struct SpectralNorm {
    /// `[rows]`, u: the left singular vector.
    left: RunningState<Tensor<1>>,
    /// `[columns]`, v: the right singular vector.
    right: RunningState<Tensor<1>>,
}

impl Reparameterization for SpectralNorm {
    const NAME: &'static str = "spectral_norm";

    fn apply<const D: usize>(&self, base: Tensor<D>) -> Tensor<D> {
        let left = self.left.value().unsqueeze_dim::<2>(0);
        let right = self.right.value().unsqueeze_dim::<2>(1);
        let largest = left.matmul(matrix(base.clone())).matmul(right);
        base / largest.reshape([1; D])
    }
}

struct Attach<'a> {
    rng: &'a mut ChaCha8Rng,
}

impl Reparameterizer for Attach<'_> {
    type Reparam = SpectralNorm;

    fn reparameterize<const D: usize>(
        &mut self,
        _path: &str,
        param: Param<Tensor<D>>,
    ) -> (Param<Tensor<D>>, Option<SpectralNorm>) {
        if D < 2 {
            return (param, None);
        }
        let weight = param.base();
        let [rows, columns] = matrix(weight.clone()).dims();
        let device = weight.device();
        let mut draw = |count| {
            let numbers: Vec<f32> = StandardNormal
                .sample_iter(&mut *self.rng)
                .take(count)
                .collect();
            unit(Tensor::from_data(
                TensorData::new(numbers, [count]),
                &device,
            ))
        };
        let norm = SpectralNorm {
            left: RunningState::new(draw(rows)),
            right: RunningState::new(draw(columns)),
        };
        (param, Some(norm))
    }
}

/// Visits each weight and then its two vectors.
#[derive(Default)]
struct PowerIteration {
    weight: Option<Tensor<2>>,
    inside: bool,
    right: Option<Tensor<1>>,
}

impl ModuleMapper for PowerIteration {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.inside |= name == SpectralNorm::NAME;
    }

    fn exit_module(&mut self, name: &str, _container_type: &str) {
        self.inside &= name != SpectralNorm::NAME;
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if !self.inside {
            self.weight = (D >= 2).then(|| matrix(param.base().inner()));
            return param;
        }
        let next = if let Some(right) = self.right.take() {
            right
        } else {
            let weight = self.weight.take().expect("its weight was visited before");
            let left: Tensor<2> = param.val().inner().reshape([1, -1]);
            let right = unit(left.matmul(weight.clone()).flatten::<1>(0, 1));
            self.right = Some(right.clone());
            unit(
                weight
                    .matmul(right.unsqueeze_dim::<2>(1))
                    .flatten::<1>(0, 1),
            )
        };
        param.map(|old| {
            let shape = old.shape();
            if old.is_autodiff() {
                Tensor::from_inner(next.reshape(shape))
            } else {
                next.reshape(shape)
            }
        })
    }
}

/// A weight as a matrix, `[first dimension, the others]`.
fn matrix<const D: usize>(weight: Tensor<D>) -> Tensor<2> {
    weight.flatten(1, D - 1)
}

fn unit(vector: Tensor<1>) -> Tensor<1> {
    // As in PyTorch: no division by zero where a weight is all zeros.
    let length = vector.clone().square().sum().sqrt().clamp_min(1e-12);
    vector / length
}

#[cfg(test)]
#[path = "spectral_tests.rs"]
mod tests;
