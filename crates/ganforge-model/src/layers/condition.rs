//! Class labels as network inputs, by concatenation (Mirza & Osindero 2014, conditional GAN).

use burn::tensor::{Int, Tensor};

/// Appends a one-hot code of the class to each row.
///
/// # Shapes
/// - `rows`: `[batch, features]`
/// - `class`: `[batch]`, each below `classes`
/// - output: `[batch, features + classes]`
#[must_use]
pub fn append_one_hot(rows: Tensor<2>, class: Tensor<1, Int>, classes: usize) -> Tensor<2> {
    Tensor::cat(vec![rows, one_hot(class, classes)], 1)
}

/// Appends one constant plane per class to each image: ones for its class, zeros for the others.
///
/// # Shapes
/// - `images`: `[batch, channels, height, width]`
/// - `class`: `[batch]`, each below `classes`
/// - output: `[batch, channels + classes, height, width]`
#[must_use]
pub fn append_planes(images: Tensor<4>, class: Tensor<1, Int>, classes: usize) -> Tensor<4> {
    let [batch, _, height, width] = images.dims();
    let planes = one_hot::<1, 2>(class, classes)
        .reshape([batch, classes, 1, 1])
        .expand([batch, classes, height, width]);
    Tensor::cat(vec![images, planes], 1)
}

/// One where an index points, zeros elsewhere, along a new last dimension of size `count`.
///
/// Burn's own `one_hot` reads the indices back from the device, which would make every step wait for it.
pub(super) fn one_hot<const D: usize, const D2: usize>(
    index: Tensor<D, Int>,
    count: usize,
) -> Tensor<D2> {
    let every = 0..i64::try_from(count).expect("no layer is that wide");
    let every = Tensor::<1, Int>::arange(every, &index.device()).unsqueeze::<D2>();
    let index = index.unsqueeze_dim::<D2>(D);
    let mut shape = index.dims();
    shape[D] = count;
    index.expand(shape).equal(every.expand(shape)).float()
}
