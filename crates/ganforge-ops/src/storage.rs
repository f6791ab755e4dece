//! Conversion between Flex tensors and slices of floats.

use burn::backend::flex::{FlexTensor, Layout};
use burn::tensor::{Bytes, DType, Shape};

/// The same tensor in contiguous memory, in the order of its indices.
pub(crate) fn contiguous(tensor: FlexTensor) -> FlexTensor {
    match tensor.as_slice::<f32>() {
        Some(_) => tensor,
        None => tensor.to_contiguous(),
    }
}

/// The elements of a [`contiguous`] tensor.
pub(crate) fn values(tensor: &FlexTensor) -> &[f32] {
    tensor
        .as_slice()
        .expect("a contiguous tensor of 32-bit floats")
}

/// The elements of a contiguous tensor for writing; `None` if other tensors share its memory.
pub(crate) fn unique_values(tensor: &mut FlexTensor) -> Option<&mut [f32]> {
    let (start, end) = tensor.layout().contiguous_offsets()?;
    tensor
        .try_storage_mut()
        .map(|storage| &mut storage[start..end])
}

/// The same tensor in memory that [`unique_values`] can borrow: its own if no other tensor shares it, else a copy.
pub(crate) fn writable(mut tensor: FlexTensor) -> FlexTensor {
    if unique_values(&mut tensor).is_some() {
        return tensor;
    }
    let shape = tensor.layout().shape().clone();
    let tensor = contiguous(tensor);
    self::tensor(values(&tensor).to_vec(), shape)
}

/// The elements of a [`writable`] tensor.
pub(crate) fn values_mut(tensor: &mut FlexTensor) -> &mut [f32] {
    unique_values(tensor).expect("a writable tensor")
}

/// A tensor of `shape` from as many elements.
pub(crate) fn tensor(values: Vec<f32>, shape: impl Into<Shape>) -> FlexTensor {
    let layout = Layout::contiguous(shape.into());
    FlexTensor::new(Bytes::from_elems(values), layout, DType::F32)
}
