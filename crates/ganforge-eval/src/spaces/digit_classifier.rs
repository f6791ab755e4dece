//! The built-in classifier of 28×28 digits, which gives features of digits that need no download.
//!
//! `cargo xtask digit-classifier` trained it on the 60,000 training images of MNIST. Its accuracy on the 10,000 test images is
//! 99.65 %.

use burn::tensor::{Device, Int, Tensor, activation};
use ganforge_core::ImageShape;

use super::classified::Classified;
use super::digit_network::DigitNetwork;
use super::weights;
use crate::error::EvalError;

/// Number of classes.
pub(super) const CLASSES: usize = 10;

/// Its name in errors.
const NAME: &str = "the digit classifier";

/// The weights in half precision.
const FILE: &[u8] = include_bytes!("digits.safetensors");

/// SHA-256 of the weights, in hexadecimal. It is part of the protocol of a figure.
pub const DIGITS_SHA256: &str = "ffcf305ed559689ee0a5dd616c3e2ba39faa80ea11eb7edbd1e5a0faa817264b";

/// The built-in digit classifier.
///
/// ```
/// use ganforge_eval::burn::tensor::{Device, Tensor};
/// use ganforge_eval::spaces::DigitClassifier;
///
/// let device = Device::flex();
/// let classifier = DigitClassifier::shipped(&device)?;
/// let blank = Tensor::zeros([2, 1, 28, 28], &device) - 1.0;
/// let classified = classifier.classify(blank)?;
/// assert_eq!(classified.features.dims(), [2, 128]);
/// assert_eq!(classified.probabilities.dims(), [2, 10]);
/// # Ok::<(), ganforge_eval::EvalError>(())
/// ```
#[derive(Debug, Clone)]
pub struct DigitClassifier {
    network: DigitNetwork,
}

impl DigitClassifier {
    /// The built-in weights, on a device.
    ///
    /// # Errors
    /// The built-in weights are damaged.
    pub fn shipped(device: &Device) -> Result<Self, EvalError> {
        Self::from_bytes(FILE, device)
    }

    /// Weights from the bytes of a safetensors file, as [`to_bytes`](Self::to_bytes) returns them.
    ///
    /// # Errors
    /// [`EvalError::Weights`] if they are not those of this network.
    pub fn from_bytes(bytes: &[u8], device: &Device) -> Result<Self, EvalError> {
        let network = weights::from_bytes(DigitNetwork::new(device), bytes).map_err(refuse)?;
        Ok(Self { network })
    }

    /// The bytes of a safetensors file in half precision with the weights of a network.
    ///
    /// # Errors
    /// safetensors cannot serialize the weights.
    pub fn to_bytes(network: &DigitNetwork) -> Result<Vec<u8>, EvalError> {
        weights::to_bytes(network).map_err(refuse)
    }

    /// Features and class probabilities. Activations take two hundred times the memory of the images, so pass at most a few
    /// thousand.
    ///
    /// # Shapes
    /// - `images`: `[batch, 1, 28, 28]`, in [-1, 1], with bright digits on a dark ground
    /// - output: features `[batch, 128]`, at least 0, and probabilities `[batch, 10]`
    ///
    /// # Errors
    /// [`EvalError::ImageShape`] for images of another shape.
    pub fn classify(&self, images: Tensor<4>) -> Result<Classified, EvalError> {
        check(shape(&images))?;
        let (features, logits) = self.network.forward(images);
        Ok(Classified {
            features,
            probabilities: activation::softmax(logits, 1),
        })
    }

    /// The most likely digit of each image.
    ///
    /// # Shapes
    /// - `images`: `[batch, 1, 28, 28]`, in [-1, 1]
    /// - output: `[batch]`, each 0 to 9
    ///
    /// # Errors
    /// [`EvalError::ImageShape`] for images of another shape.
    pub fn labels(&self, images: Tensor<4>) -> Result<Tensor<1, Int>, EvalError> {
        check(shape(&images))?;
        let (_, logits) = self.network.forward(images);
        Ok(logits.argmax(1).squeeze_dim(1))
    }
}

/// Height and width of the input.
const SIDE: usize = 28;

/// Crops images to their central 28×28 pixels, which removes the border that `data.resize = "pad"` adds to digits. Smaller
/// images are returned unchanged.
///
/// # Shapes
/// - `images`: `[batch, channels, height, width]`
/// - output: `[batch, channels, 28, 28]` if both sides are at least 28
#[must_use]
pub fn without_border(images: Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = images.dims();
    if height < SIDE || width < SIDE {
        return images;
    }
    let rows = images.narrow(2, (height - SIDE) / 2, SIDE);
    rows.narrow(3, (width - SIDE) / 2, SIDE)
}

fn refuse(reason: String) -> EvalError {
    EvalError::Weights { what: NAME, reason }
}

fn shape(images: &Tensor<4>) -> ImageShape {
    let [_, channels, height, width] = images.dims();
    ImageShape {
        channels,
        height,
        width,
    }
}

/// Fails unless the classifier takes images of this shape.
pub(super) fn check(shape: ImageShape) -> Result<(), EvalError> {
    let ImageShape {
        channels,
        height,
        width,
    } = shape;
    if [channels, height, width] == [1, SIDE, SIDE] {
        return Ok(());
    }
    let remedy = match [channels, height, width] {
        [3, ..] => "score stacked digits by their modes, or ask for raw features",
        [1, 32, 32] => "digits padded to 32 need their border of 2 cut off first",
        _ => "ask for raw features",
    };
    Err(EvalError::ImageShape {
        what: NAME,
        expected: "1x28x28",
        found: shape.to_string(),
        remedy,
    })
}
