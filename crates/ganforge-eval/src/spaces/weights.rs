//! Weights of a network as a safetensors file in half precision.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{DType, Tensor, TensorData};
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};

/// Every float parameter of `module` by its path, rounded to 16 bits.
///
/// # Errors
/// safetensors cannot serialize the tensors.
pub(super) fn to_bytes<M: Module>(module: &M) -> Result<Vec<u8>, String> {
    let mut collector = Collector::default();
    module.visit(&mut collector);
    let views = collector.weights.iter().map(|(name, data)| {
        let shape = data.shape().to_vec();
        let view = TensorView::new(Dtype::F16, shape, data.as_bytes());
        view.map(|view| (name, view))
    });
    let views: Result<Vec<_>, _> = views.collect();
    views
        .and_then(|views| serialize(views, None))
        .map_err(|error| error.to_string())
}

/// Loads the weights of a file into a module of the same architecture.
///
/// # Errors
/// The file is not safetensors, or a tensor is missing, unused, or of another shape or precision.
pub(super) fn from_bytes<M: Module>(module: M, bytes: &[u8]) -> Result<M, String> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    let mut applier = Applier {
        path: Vec::new(),
        left: file.tensors().into_iter().collect(),
        failure: None,
    };
    let module = module.map(&mut applier);
    let Applier { left, failure, .. } = applier;
    let unused = left
        .keys()
        .next()
        .map(|name| format!("tensor `{name}` has no place in it"));
    failure.or(unused).map_or(Ok(module), Err)
}

#[derive(Default)]
struct Collector {
    path: Vec<String>,
    weights: BTreeMap<String, TensorData>,
}

impl ModuleVisitor for Collector {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let data = param.val().into_data().convert_dtype(DType::F16);
        self.weights.insert(self.path.join("."), data);
    }
}

struct Applier<'a> {
    path: Vec<String>,
    left: BTreeMap<String, TensorView<'a>>,
    failure: Option<String>,
}

impl Applier<'_> {
    fn take(&mut self, expected: &[usize]) -> Result<TensorData, String> {
        let name = self.path.join(".");
        let tensor = self.left.remove(&name);
        let tensor = tensor.ok_or_else(|| format!("tensor `{name}` is missing"))?;
        if tensor.shape() != expected || tensor.dtype() != Dtype::F16 {
            return Err(format!(
                "tensor `{name}` is {:?} of shape {:?}, expected F16 of shape {expected:?}",
                tensor.dtype(),
                tensor.shape()
            ));
        }
        let data = TensorData::from_bytes_vec(tensor.data().to_vec(), expected, DType::F16);
        Ok(data.convert_dtype(DType::F32))
    }
}

impl ModuleMapper for Applier<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let shape: [usize; D] = param.lazy_shape().dims();
        match self.take(&shape) {
            Ok(data) => param.map(|old| Tensor::from_data(data, &old.device())),
            Err(failure) => {
                self.failure.get_or_insert(failure);
                param
            }
        }
    }
}
