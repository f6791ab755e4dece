//! The classifier of 28×28 digits that travels in this crate: a feature space that knows strokes, where raw pixels
//! only know grey.
//!
//! `cargo xtask digit-classifier` trained it on the 60,000 training images of MNIST; of the 10,000 test images it
//! names 99.65 % correctly.

use burn::tensor::{Device, Int, Tensor, activation};

use super::classified::Classified;
use super::digit_network::DigitNetwork;
use super::weights;
use crate::error::EvalError;

/// Digits that it tells apart.
pub(super) const CLASSES: usize = 10;

/// What errors call it.
const NAME: &str = "the digit classifier";

/// Weights in half precision.
const FILE: &[u8] = include_bytes!("digits.safetensors");

/// SHA-256 of the weights, in hexadecimal: part of the protocol of a figure that was measured with them.
pub const DIGITS_SHA256: &str = "ffcf305ed559689ee0a5dd616c3e2ba39faa80ea11eb7edbd1e5a0faa817264b";

/// The shipped classifier of digits.
#[derive(Debug, Clone)]
pub struct DigitClassifier {
    network: DigitNetwork,
}

impl DigitClassifier {
    /// The shipped weights, on a device.
    ///
    /// # Errors
    /// Never, unless the program was built from a damaged file.
    pub fn shipped(device: &Device) -> Result<Self, EvalError> {
        Self::from_bytes(FILE, device)
    }

    /// Weights from a safetensors file in memory, as [`to_bytes`](Self::to_bytes) makes it.
    ///
    /// # Errors
    /// Weights that are not those of this network.
    pub fn from_bytes(bytes: &[u8], device: &Device) -> Result<Self, EvalError> {
        // Nobody trains what is shipped, so it is kept without gradients.
        let network = weights::from_bytes(DigitNetwork::new(device), bytes).map_err(refuse)?;
        Ok(Self { network })
    }

    /// A network that was just trained, as a file in half precision.
    ///
    /// # Errors
    /// What safetensors refuses.
    pub fn to_bytes(network: &DigitNetwork) -> Result<Vec<u8>, EvalError> {
        weights::to_bytes(network).map_err(refuse)
    }

    /// What the classifier makes of images. It takes them a few thousand at a time at most: what it holds of each is
    /// two hundred times the image.
    ///
    /// # Shapes
    /// - `images`: `[batch, 1, 28, 28]`, in [-1, 1], ink being 1
    /// - output: `[batch, 128]`, the last hidden layer, none below 0, and `[batch, 10]`
    ///
    /// # Errors
    /// Images of any other size.
    pub fn classify(&self, images: Tensor<4>) -> Result<Classified, EvalError> {
        check(size(&images))?;
        let (features, logits) = self.network.forward(images);
        Ok(Classified {
            features,
            probabilities: activation::softmax(logits, 1),
        })
    }

    /// The digit that each image most likely is.
    ///
    /// # Shapes
    /// - `images`: `[batch, 1, 28, 28]`, in [-1, 1]
    /// - output: `[batch]`, each 0 to 9
    ///
    /// # Errors
    /// Images of any other size.
    pub fn labels(&self, images: Tensor<4>) -> Result<Tensor<1, Int>, EvalError> {
        check(size(&images))?;
        let (_, logits) = self.network.forward(images);
        Ok(logits.argmax(1).squeeze_dim(1))
    }
}

/// Height and width of what the classifier takes.
const SIDE: usize = 28;

/// The middle of images that were padded to a size that networks like: what `data.resize = "pad"` laid around digits is cut
/// off again. Images that are no larger stay as they are.
///
/// # Shapes
/// - `images`: `[batch, channels, height, width]`
/// - output: `[batch, channels, 28, 28]` where both sides were 28 or more
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

fn size(images: &Tensor<4>) -> [usize; 3] {
    let [_, channels, height, width] = images.dims();
    [channels, height, width]
}

/// Refuses images `[channels, height, width]` that the classifier does not take.
pub(super) fn check([channels, height, width]: [usize; 3]) -> Result<(), EvalError> {
    if [channels, height, width] == [1, 28, 28] {
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
        found: format!("{channels}x{height}x{width}"),
        remedy,
    })
}
