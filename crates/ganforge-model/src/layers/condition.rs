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
    let planes = one_hot(class, classes)
        .reshape([batch, classes, 1, 1])
        .expand([batch, classes, height, width]);
    Tensor::cat(vec![images, planes], 1)
}

fn one_hot(class: Tensor<1, Int>, classes: usize) -> Tensor<2> {
    class.one_hot::<2>(classes).float()
}
