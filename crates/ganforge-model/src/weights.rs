//! A module's weights by name, out of it and back into it.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{DType, Tensor, TensorData};

use crate::ModelError;

/// Every float parameter and running statistic of `module`, by its path, on the host.
///
/// ```
/// use ganforge_model::burn::tensor::Device;
/// use ganforge_model::networks::MlpDiscriminatorConfig;
/// use ganforge_model::{ImageShape, apply_weights, collect_weights, keyed_rng};
///
/// let (image, device) = (ImageShape { channels: 1, height: 8, width: 8 }, Device::flex());
/// let init = |seed| {
///     let mut rng = keyed_rng(seed, "weights", 0);
///     MlpDiscriminatorConfig::new([32]).init(image, 0, &mut rng, &device)
/// };
/// let weights = collect_weights(&init(1)?);
/// let copy = apply_weights(init(2)?, weights.clone())?;
/// assert_eq!(collect_weights(&copy), weights);
/// # Ok::<(), ganforge_model::ModelError>(())
/// ```
#[must_use]
pub fn collect_weights<M: Module>(module: &M) -> BTreeMap<String, TensorData> {
    let mut collector = Collector::default();
    // Visiting a module shows its running statistics before their last update, unless it was synchronised, which
    // taking a snapshot does.
    module.valid().visit(&mut collector);
    collector.weights
}

/// Puts weights into a module of the same architecture, by path; the module's devices stay.
///
/// # Errors
/// A tensor that is missing, left over, of another shape or not of 32-bit floats, by its path.
pub fn apply_weights<M: Module>(
    module: M,
    weights: BTreeMap<String, TensorData>,
) -> Result<M, ModelError> {
    let mut applier = Applier {
        path: Path::default(),
        weights,
        failure: None,
    };
    let module = module.map(&mut applier);
    if let Some(failure) = applier.failure {
        return Err(ModelError::Weights(failure));
    }
    if let Some(name) = applier.weights.keys().next() {
        return Err(ModelError::Weights(format!(
            "tensor `{name}` has no place in it"
        )));
    }
    Ok(module)
}

/// Where in the module a visit is: `hidden.0.weight`. Which variant of an enum a network is does not show, for the
/// description beside the weights says it.
#[derive(Default)]
struct Path(Vec<String>);

impl Path {
    fn enter(&mut self, name: &str, container_type: &str) {
        if !container_type.starts_with("Enum:") {
            self.0.push(name.to_owned());
        }
    }

    fn exit(&mut self, container_type: &str) {
        if !container_type.starts_with("Enum:") {
            self.0.pop();
        }
    }

    fn name(&self) -> String {
        self.0.join(".")
    }
}

#[derive(Default)]
struct Collector {
    path: Path,
    weights: BTreeMap<String, TensorData>,
}

impl ModuleVisitor for Collector {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _name: &str, container_type: &str) {
        self.path.exit(container_type);
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.weights
            .insert(self.path.name(), param.val().into_data());
    }
}

struct Applier {
    path: Path,
    weights: BTreeMap<String, TensorData>,
    failure: Option<String>,
}

impl Applier {
    fn take(&mut self, expected: &[usize]) -> Result<TensorData, String> {
        let name = self.path.name();
        let data = self
            .weights
            .remove(&name)
            .ok_or_else(|| format!("tensor `{name}` is missing"))?;
        if data.shape().as_slice() != expected {
            return Err(format!(
                "tensor `{name}` has shape {:?}, expected {expected:?}",
                data.shape().as_slice()
            ));
        }
        if data.dtype() != DType::F32 {
            return Err(format!(
                "tensor `{name}` holds {:?}, expected F32",
                data.dtype()
            ));
        }
        Ok(data)
    }
}

impl ModuleMapper for Applier {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _name: &str, container_type: &str) {
        self.path.exit(container_type);
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let shape: [usize; D] = param.lazy_shape().dims();
        match self.take(&shape) {
            // What was trained before goes on being trained.
            Ok(data) => param.map(|old| {
                let trained = old.is_require_grad();
                Tensor::from_data(data, &old.device()).set_require_grad(trained)
            }),
            Err(failure) => {
                self.failure.get_or_insert(failure);
                param
            }
        }
    }
}
