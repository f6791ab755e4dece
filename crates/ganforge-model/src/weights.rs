//! Reads the weights of a module by name, and writes them.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{DType, Tensor, TensorData};

use crate::ModelError;

/// All float parameters and running statistics of `module` on the host, by path, such as `hidden.0.weight`.
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
    // A visitor reads running statistics without their last update; `valid` synchronises them.
    module.valid().visit(&mut collector);
    collector.weights
}

/// Replaces the weights of a module of the same architecture, by path; tensors stay on their devices.
///
/// # Errors
/// [`ModelError::Weights`] names a tensor that is missing, superfluous, of another shape, or not of 32-bit floats.
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

/// The path of a parameter in its module, such as `hidden.0.weight`. Variants of enums are not part of it: the
/// configuration stored with the weights states them.
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
            // A trainable parameter stays trainable.
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
