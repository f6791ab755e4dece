//! Stacked digits: images whose three channels are digits, with a thousand known modes.

use burn::tensor::{Int, Tensor};
use ganforge_core::ImageShape;

use super::digit_classifier::DigitClassifier;
use crate::error::EvalError;

/// The mode of each image: 100 · red + 10 · green + blue, from the digit in each channel.
///
/// # Shapes
/// - `images`: `[batch, 3, 28, 28]`, in [-1, 1]
/// - output: `[batch]`, each 0 to 999
///
/// # Errors
/// [`EvalError::ImageShape`] for images of another shape.
pub fn stacked_labels(
    classifier: &DigitClassifier,
    images: Tensor<4>,
) -> Result<Tensor<1, Int>, EvalError> {
    let [batch, channels, height, width] = images.dims();
    check(ImageShape {
        channels,
        height,
        width,
    })?;
    let digits = classifier.labels(images.reshape([3 * batch, 1, 28, 28]))?;
    let digits: Tensor<2, Int> = digits.reshape([batch, 3]);
    let place = |channel, value: i32| digits.clone().narrow(1, channel, 1) * value;
    Ok((place(0, 100) + place(1, 10) + place(2, 1)).squeeze_dim(1))
}

/// Fails unless images have the shape of stacked digits.
pub(crate) fn check(shape: ImageShape) -> Result<(), EvalError> {
    let stacked = ImageShape {
        channels: 3,
        height: 28,
        width: 28,
    };
    if shape == stacked {
        return Ok(());
    }
    Err(EvalError::ImageShape {
        what: "the scorer of stacked digits",
        expected: "3x28x28",
        found: shape.to_string(),
        remedy: "train on stacked:mnist, and cut off any border that data.size added",
    })
}
