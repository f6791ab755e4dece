//! Orthogonal regularisation: filters of one layer should not resemble each other (Brock et al. 2019, "Large Scale GAN
//! Training for High Fidelity Natural Image Synthesis", section 3.1).

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;
use ganforge_ops::sum;

/// `β·Σ‖WWᵀ ⊙ (1 - I)‖²_F` over the weights of a module (Brock et al. 2019, equation 3), or, with `unit_norms`,
/// `β·Σ‖WWᵀ - I‖²_F` (equation 2; after Brock et al. 2017, "Neural Photo Editing with Introspective Adversarial
/// Networks"). `None` where no weight asks for gradients.
///
/// The rows of `W` are the filters, one for each output: a linear layer's `[inputs, outputs]` is transposed, a convolution's
/// `[outputs, inputs / groups, height, width]` flattened, and so is a transposed one's `[inputs, outputs / groups, height,
/// width]` after its first two dimensions have changed places. The paper writes `WᵀW`, whose `W` has the filters as columns.
/// Weights are all float parameters of at least two dimensions that ask for gradients, as they are stored.
///
/// # Shapes
/// - output: `[1]`
#[must_use]
pub fn orthogonal<M: Module>(module: &M, beta: f64, unit_norms: bool) -> Option<Tensor<1>> {
    let mut sum = Sum {
        unit_norms,
        containers: Vec::new(),
        total: None,
    };
    module.visit(&mut sum);
    sum.total.map(|total| total * beta)
}

struct Sum {
    unit_norms: bool,
    /// Types of the modules around the parameter visited, the innermost last.
    containers: Vec<String>,
    total: Option<Tensor<1>>,
}

impl ModuleVisitor for Sum {
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
        let term = apart(filters.reshape([outputs, inputs]), self.unit_norms);
        self.total = Some(match self.total.take() {
            Some(total) => total + term,
            None => term,
        });
    }
}

/// How far the filters are from orthogonal, or from orthonormal.
///
/// # Shapes
/// - `filters`: `[outputs, inputs]`
/// - output: `[1]`
fn apart(filters: Tensor<2>, unit_norms: bool) -> Tensor<1> {
    let [outputs, inputs] = filters.dims();
    let device = filters.device();
    // A generator's first layer has thousands of outputs to a hundred inputs. Both products have one Frobenius norm, and
    // the small one serves where so many filters overlap that the difference of the sums keeps its digits.
    if outputs <= 2 * inputs {
        let products = filters.clone().matmul(filters.transpose());
        let eye = Tensor::eye(outputs, &device);
        let apart = if unit_norms {
            products - eye
        } else {
            products * (1.0 - eye)
        };
        return sum(apart.square());
    }
    let products = filters.clone().transpose().matmul(filters.clone());
    if unit_norms {
        let apart = products - Tensor::eye(inputs, &device);
        sum(apart.square()) + (outputs - inputs) as f64
    } else {
        let squared_norms = filters.square().sum_dim(1);
        sum(products.square()) - squared_norms.square().sum()
    }
}
