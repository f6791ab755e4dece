//! Classes as inputs, by concatenation (Mirza & Osindero 2014, "Conditional Generative Adversarial Nets").

use burn::tensor::{Int, Tensor};

/// Appends the one-hot class to each row.
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

/// One-hot vectors of length `count`, along a new last dimension.
///
/// Burn's `one_hot` reads the indices from the device, which would synchronise every step.
pub(crate) fn one_hot<const D: usize, const D2: usize>(
    index: Tensor<D, Int>,
    count: usize,
) -> Tensor<D2> {
    let all = 0..i64::try_from(count).expect("a count of classes fits an i64");
    let all = Tensor::<1, Int>::arange(all, &index.device()).unsqueeze::<D2>();
    let index = index.unsqueeze_dim::<D2>(D);
    let mut shape = index.dims();
    shape[D] = count;
    index.expand(shape).equal(all.expand(shape)).float()
}
