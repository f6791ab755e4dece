//! Orthogonal regularisation: reduces the correlation between the filters of a layer (Brock et al. 2019, "Large Scale GAN Training for High Fidelity
//! Natural Image Synthesis", section 3.1).

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;
use ganforge_ops::sum;

/// `β·Σ‖WWᵀ ⊙ (1 - I)‖²_F` over the weights of a module (Brock et al. 2019, equation 3), or, with `unit_norms`, `β·Σ‖WWᵀ - I‖²_F` (equation 2; after
/// Brock et al. 2017, "Neural Photo Editing with Introspective Adversarial Networks"). `None` if no weight tracks gradients.
///
/// The rows of `W` are the filters, one per output: a linear layer's `[inputs, outputs]` is transposed; a convolution's `[outputs, inputs / groups,
/// height, width]` is flattened; a transposed convolution's `[inputs, outputs / groups, height, width]` is flattened after swapping its first two
/// dimensions. The paper writes `WᵀW`, with the filters as columns. Weights are all float parameters of at least two dimensions that track gradients,
/// as stored.
///
/// # Shapes
/// - output: `[1]`
#[must_use]
pub fn orthogonal<M: Module>(module: &M, beta: f64, unit_norms: bool) -> Option<Tensor<1>> {
    let mut sum = OrthogonalityVisitor {
        unit_norms,
        containers: Vec::new(),
        total: None,
    };
    module.visit(&mut sum);
    sum.total.map(|total| total * beta)
}

struct OrthogonalityVisitor {
    unit_norms: bool,
    /// Types of the modules that contain the visited parameter, the innermost last.
    containers: Vec<String>,
    total: Option<Tensor<1>>,
}

impl ModuleVisitor for OrthogonalityVisitor {
    fn enter_module(&mut self, _name: &str, container_type: &str) {
        self.containers.push(container_type.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.containers.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let weights = param.base();
        if D < 2 || !weights.is_require_grad() {
            return;
        }
        let container = self.containers.last().map_or("", String::as_str);
        let inputs_first = D == 2 || container.starts_with("Struct:ConvTranspose");
        let filters = if inputs_first {
            weights.swap_dims(0, 1)
        } else {
            weights
        };
        let outputs = filters.dims()[0];
        let inputs = filters.shape().num_elements() / outputs;
        let term = deviation(filters.reshape([outputs, inputs]), self.unit_norms);
        self.total = Some(match self.total.take() {
            Some(total) => total + term,
            None => term,
        });
    }
}

/// The squared deviation of the filters from orthogonality, or from orthonormality.
///
/// # Shapes
/// - `filters`: `[outputs, inputs]`
/// - output: `[1]`
fn deviation(filters: Tensor<2>, unit_norms: bool) -> Tensor<1> {
    let [outputs, inputs] = filters.dims();
    let device = filters.device();
    // A generator's first layer has thousands of outputs and a hundred inputs. WWᵀ and WᵀW have the same Frobenius norm; the smaller product is used
    // where so many filters overlap that the difference of the sums loses no accuracy.
    if outputs <= 2 * inputs {
        let products = filters.clone().matmul(filters.transpose());
        let eye = Tensor::eye(outputs, &device);
        let deviation = if unit_norms {
            products - eye
        } else {
            products * (1.0 - eye)
        };
        return sum(deviation.square());
    }
    let products = filters.clone().transpose().matmul(filters.clone());
    if unit_norms {
        let deviation = products - Tensor::eye(inputs, &device);
        sum(deviation.square()) + (outputs - inputs) as f64
    } else {
        let squared_norms = filters.square().sum_dim(1);
        sum(products.square()) - squared_norms.square().sum()
    }
}
