//! A feature space, chosen by name.

use std::path::Path;

use burn::tensor::{Device, Tensor, TensorData};

use super::classified::Classified;
use super::digit_classifier::{self, DIGITS_SHA256, DigitClassifier, without_border};
use super::inception::{self, INCEPTION_SHA256, InceptionV3};
use crate::error::EvalError;

/// What images are compared by.
#[derive(Debug, Clone)]
pub enum FeatureSpace {
    /// Their pixels, in [-1, 1].
    Raw,
    /// The last hidden layer of the shipped classifier of digits. Digits padded to 32×32 lose that border first.
    Digits(Box<DigitClassifier>, Device),
    /// The last pool of the released Inception-v3, with images enlarged to 299×299.
    Inception(Box<InceptionV3>, Device),
}

impl FeatureSpace {
    /// The shipped classifier of digits, on a device.
    ///
    /// # Errors
    /// Never, unless the program was built from a damaged file.
    pub fn digits(device: &Device) -> Result<Self, EvalError> {
        let device = device.clone().without_autodiff();
        let classifier = DigitClassifier::shipped(&device)?;
        Ok(Self::Digits(Box::new(classifier), device))
    }

    /// The released Inception-v3, from its file, on a device.
    ///
    /// # Errors
    /// No file, or any other than the released one.
    pub fn inception(path: &Path, device: &Device) -> Result<Self, EvalError> {
        let device = device.clone().without_autodiff();
        let network = InceptionV3::open(path, &device)?;
        Ok(Self::Inception(Box::new(network), device))
    }

    /// How a protocol names it: two spaces of one name give the same features.
    #[must_use]
    pub fn identity(&self) -> String {
        match self {
            Self::Raw => "raw".into(),
            Self::Digits(..) => digits_identity(),
            Self::Inception(..) => format!("inception-v3 {}", &INCEPTION_SHA256[..8]),
        }
    }

    /// How images `[channels, height, width]` are brought to the size of the space, as a protocol says it; nothing if they stay as they are.
    #[must_use]
    pub fn resize(&self, image: [usize; 3]) -> Option<String> {
        match self {
            Self::Raw => None,
            Self::Digits(..) => crop_description(image),
            Self::Inception(..) => inception::resize(image),
        }
    }

    /// Classes its classifier tells apart; 0 where there is none.
    #[must_use]
    pub fn classes(&self) -> usize {
        match self {
            Self::Raw => 0,
            Self::Digits(..) => digit_classifier::CLASSES,
            Self::Inception(..) => inception::CLASSES,
        }
    }

    /// Dimensions of the features of images `[channels, height, width]`.
    ///
    /// # Errors
    /// Images of a size that the space does not take.
    pub fn dimensions(&self, image: [usize; 3]) -> Result<usize, EvalError> {
        match self {
            Self::Raw => Ok(image.iter().product()),
            Self::Digits(..) => {
                digit_classifier::check(cropped_shape(image))?;
                Ok(super::digit_network::FEATURES)
            }
            Self::Inception(..) => {
                inception::check(image)?;
                Ok(inception::FEATURES)
            }
        }
    }

    /// Images that its network looks at together.
    pub(crate) fn batch(&self) -> usize {
        match self {
            Self::Raw | Self::Digits(..) => 256,
            Self::Inception(..) => 32,
        }
    }

    /// What its network makes of images; nothing where it has none.
    ///
    /// # Shapes
    /// - `pixels`: whole images of `[channels, height, width]`, one after the other
    pub(crate) fn classify(
        &self,
        pixels: &[f32],
        image: [usize; 3],
    ) -> Result<Option<Classified>, EvalError> {
        match self {
            Self::Raw => Ok(None),
            Self::Digits(classifier, device) => {
                let images = digit_images(pixels, image, device);
                classifier.classify(images).map(Some)
            }
            Self::Inception(network, device) => network
                .classify(image_tensor(pixels, image, device))
                .map(Some),
        }
    }
}

/// How a protocol names what the shipped classifier says.
pub(crate) fn digits_identity() -> String {
    format!("digits {}", &DIGITS_SHA256[..12])
}

/// The size of digits after the border of padded ones is cut off.
pub(crate) fn cropped_shape([channels, height, width]: [usize; 3]) -> [usize; 3] {
    match [height, width] {
        [32, 32] => [channels, 28, 28],
        [height, width] => [channels, height, width],
    }
}

/// How digits come to the size of their classifier, as a protocol says it; nothing if they stay as they are.
pub(crate) fn crop_description(image: [usize; 3]) -> Option<String> {
    let [_, height, width] = cropped_shape(image);
    (cropped_shape(image) != image).then(|| format!("border cut to {height}x{width}"))
}

/// Images on a device, without the border of padded digits.
///
/// # Shapes
/// - `pixels`: whole images of `[channels, height, width]`, one after the other
/// - output: `[batch, channels, height, width]`
pub(crate) fn digit_images(pixels: &[f32], image: [usize; 3], device: &Device) -> Tensor<4> {
    let images = image_tensor(pixels, image, device);
    if cropped_shape(image) == image {
        images
    } else {
        without_border(images)
    }
}

fn image_tensor(
    pixels: &[f32],
    [channels, height, width]: [usize; 3],
    device: &Device,
) -> Tensor<4> {
    let batch = pixels.len() / (channels * height * width);
    let data = TensorData::new(pixels.to_vec(), [batch, channels, height, width]);
    Tensor::from_data(data, device)
}
