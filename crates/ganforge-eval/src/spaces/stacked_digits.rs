//! Stacked digits: three digits as the colours of one image, a thousand modes that can be counted.

use burn::tensor::{Int, Tensor};

use super::digit_classifier::DigitClassifier;
use crate::error::EvalError;

/// The mode of each image: 100 · red + 10 · green + blue, each channel read by itself.
///
/// # Shapes
/// - `images`: `[batch, 3, 28, 28]`, in [-1, 1]
/// - output: `[batch]`, each 0 to 999
///
/// # Errors
/// Images of any other size.
pub fn stacked_labels(
    classifier: &DigitClassifier,
    images: Tensor<4>,
) -> Result<Tensor<1, Int>, EvalError> {
    let [batch, channels, height, width] = images.dims();
    check([channels, height, width])?;
    let digits = classifier.labels(images.reshape([3 * batch, 1, 28, 28]))?;
    let digits: Tensor<2, Int> = digits.reshape([batch, 3]);
    let place = |channel, value: i32| digits.clone().narrow(1, channel, 1) * value;
    Ok((place(0, 100) + place(1, 10) + place(2, 1)).squeeze_dim(1))
}

/// Refuses images `[channels, height, width]` that are no stacked digits.
pub(crate) fn check([channels, height, width]: [usize; 3]) -> Result<(), EvalError> {
    if [channels, height, width] == [3, 28, 28] {
        return Ok(());
    }
    Err(EvalError::ImageShape {
        what: "the scorer of stacked digits",
        expected: "3x28x28",
        found: format!("{channels}x{height}x{width}"),
        remedy: "train on stacked:mnist, and cut off any border that data.size added",
    })
}
