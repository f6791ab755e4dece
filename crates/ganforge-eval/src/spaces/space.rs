//! A feature space, chosen by name.

use std::path::Path;

use burn::tensor::{Device, Tensor, TensorData};

use super::digits::{self, DigitClassifier};
use super::inception::{self, InceptionV3};
use super::{DIGITS_SHA256, FeatureError, INCEPTION_SHA256, Recognised, without_border};

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
    pub fn digits(device: &Device) -> Result<Self, FeatureError> {
        let device = device.clone().without_autodiff();
        let classifier = DigitClassifier::shipped(&device)?;
        Ok(Self::Digits(Box::new(classifier), device))
    }

    /// The released Inception-v3, from its file, on a device.
    ///
    /// # Errors
    /// No file, or any other than the released one.
    pub fn inception(path: &Path, device: &Device) -> Result<Self, FeatureError> {
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
            Self::Digits(..) => cut(image),
            Self::Inception(..) => inception::resize(image),
        }
    }

    /// Classes its classifier tells apart; 0 where there is none.
    #[must_use]
    pub fn classes(&self) -> usize {
        match self {
            Self::Raw => 0,
            Self::Digits(..) => digits::CLASSES,
            Self::Inception(..) => inception::CLASSES,
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
    pub(crate) fn recognise(
        &self,
        pixels: &[f32],
        image: [usize; 3],
    ) -> Result<Option<Recognised>, FeatureError> {
        match self {
            Self::Raw => Ok(None),
            Self::Digits(classifier, device) => {
                let images = digits_of(pixels, image, device);
                classifier.recognise(images).map(Some)
            }
            Self::Inception(network, device) => network
                .recognise(images_of(pixels, image, device))
                .map(Some),
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

/// How digits come to the size of their classifier, as a protocol says it; nothing if they stay as they are.
pub(crate) fn cut(image: [usize; 3]) -> Option<String> {
    let [_, height, width] = inner(image);
    (inner(image) != image).then(|| format!("border cut to {height}x{width}"))
}

/// Images on a device, without the border of padded digits.
///
/// # Shapes
/// - `pixels`: whole images of `[channels, height, width]`, one after the other
/// - output: `[batch, channels, height, width]`
pub(crate) fn digits_of(pixels: &[f32], image: [usize; 3], device: &Device) -> Tensor<4> {
    let images = images_of(pixels, image, device);
    if inner(image) == image {
        images
    } else {
        without_border(images)
    }
}

fn images_of(pixels: &[f32], [channels, height, width]: [usize; 3], device: &Device) -> Tensor<4> {
    let batch = pixels.len() / (channels * height * width);
    let data = TensorData::new(pixels.to_vec(), [batch, channels, height, width]);
    Tensor::from_data(data, device)
}
