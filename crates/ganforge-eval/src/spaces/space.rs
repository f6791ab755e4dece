//! A feature space, chosen by name.

use burn::tensor::{Device, Tensor, TensorData};

use super::digits::{self, DigitClassifier};
use super::{DIGITS_SHA256, FeatureError, without_border};

/// What images are compared by.
#[derive(Debug, Clone)]
pub enum FeatureSpace {
    /// Their pixels, in [-1, 1].
    Raw,
    /// The last hidden layer of the shipped classifier of digits. Digits padded to 32×32 lose that border first.
    Digits(Box<DigitClassifier>, Device),
}

impl FeatureSpace {
    /// The shipped classifier of digits, on a device.
    ///
    /// # Errors
    /// Never, unless the program was built from a damaged file.
    pub fn digits(device: &Device) -> Result<Self, FeatureError> {
        let device = device.clone().without_autodiff();
        let classifier = DigitClassifier::shipped(&device)?;
        Ok(Self::Digits(Box::new(classifier), device))
    }

    /// How a protocol names it: two spaces of one name give the same features.
    #[must_use]
    pub fn identity(&self) -> String {
        match self {
            Self::Raw => "raw".into(),
            Self::Digits(..) => digits_identity(),
        }
    }

    /// Dimensions of the features of images `[channels, height, width]`.
    ///
    /// # Errors
    /// Images of a size that the space does not take.
    pub fn dimensions(&self, image: [usize; 3]) -> Result<usize, FeatureError> {
        match self {
            Self::Raw => Ok(image.iter().product()),
            Self::Digits(..) => {
                digits::check(inner(image))?;
                Ok(super::network::FEATURES)
            }
        }
    }
}

/// How a protocol names what the shipped classifier says.
pub(crate) fn digits_identity() -> String {
    format!("digits {}", &DIGITS_SHA256[..12])
}

/// The size of digits after the border of padded ones is cut off.
pub(crate) fn inner([channels, height, width]: [usize; 3]) -> [usize; 3] {
    match [height, width] {
        [32, 32] => [channels, 28, 28],
        [height, width] => [channels, height, width],
    }
}

/// Images on a device, without the border of padded digits.
///
/// # Shapes
/// - `pixels`: whole images of `[channels, height, width]`, one after the other
/// - output: `[batch, channels, height, width]`
pub(crate) fn digits_of(
    pixels: &[f32],
    [channels, height, width]: [usize; 3],
    device: &Device,
) -> Tensor<4> {
    let batch = pixels.len() / (channels * height * width);
    let data = TensorData::new(pixels.to_vec(), [batch, channels, height, width]);
    let images = Tensor::from_data(data, device);
    if inner([channels, height, width]) == [channels, height, width] {
        images
    } else {
        without_border(images)
    }
}
