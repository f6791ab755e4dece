//! Flex's tensors as slices of floats, and back.

use burn::backend::flex::{FlexTensor, Layout};
use burn::tensor::{Bytes, DType, Shape};

/// The same numbers in the order of their indices.
pub(crate) fn contiguous(tensor: FlexTensor) -> FlexTensor {
    match tensor.as_slice::<f32>() {
        Some(_) => tensor,
        None => tensor.to_contiguous(),
    }
}

/// The numbers of a [`contiguous`] tensor.
pub(crate) fn values(tensor: &FlexTensor) -> &[f32] {
    tensor
        .as_slice()
        .expect("a contiguous tensor of 32-bit floats")
}

/// The numbers of a [`contiguous`] tensor, to be written: in place where nobody else holds them, else a copy.
pub(crate) fn values_mut(tensor: &mut FlexTensor) -> &mut [f32] {
    let (start, end) = (tensor.layout().contiguous_offsets()).expect("a contiguous tensor");
    &mut tensor.storage_mut()[start..end]
}

/// A tensor of `sizes` made of as many numbers.
pub(crate) fn tensor<const D: usize>(values: Vec<f32>, sizes: [usize; D]) -> FlexTensor {
    let layout = Layout::contiguous(Shape::from(sizes));
    FlexTensor::new(Bytes::from_elems(values), layout, DType::F32)
}
