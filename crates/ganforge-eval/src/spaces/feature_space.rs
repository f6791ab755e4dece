//! Feature spaces.

use std::path::Path;

use burn::tensor::{Device, Tensor, TensorData};
use ganforge_core::ImageShape;

use super::classified::Classified;
use super::digit_classifier::{self, DIGITS_SHA256, DigitClassifier, without_border};
use super::inception::{self, INCEPTION_SHA256, InceptionV3};
use crate::error::EvalError;

/// The representation in which images are compared.
#[derive(Debug, Clone)]
pub enum FeatureSpace {
    /// Pixels in [-1, 1].
    Raw,
    /// The last hidden layer of the built-in digit classifier. Digits padded to 32×32 are cropped to 28×28 first.
    Digits(Box<DigitClassifier>, Device),
    /// The last pooling layer of the released Inception-v3, with images resized to 299×299.
    Inception(Box<InceptionV3>, Device),
}

impl FeatureSpace {
    /// The built-in digit classifier, on a device.
    ///
    /// # Errors
    /// The built-in weights are damaged.
    pub fn digits(device: &Device) -> Result<Self, EvalError> {
        let device = device.clone().without_autodiff();
        let classifier = DigitClassifier::shipped(&device)?;
        Ok(Self::Digits(Box::new(classifier), device))
    }

    /// The released Inception-v3 from its file, on a device.
    ///
    /// # Errors
    /// The file is missing or not the released one.
    pub fn inception(path: &Path, device: &Device) -> Result<Self, EvalError> {
        let device = device.clone().without_autodiff();
        let network = InceptionV3::open(path, &device)?;
        Ok(Self::Inception(Box::new(network), device))
    }

    /// The name in a protocol. Spaces of the same name give the same features.
    #[must_use]
    pub fn identity(&self) -> String {
        match self {
            Self::Raw => "raw".into(),
            Self::Digits(..) => digits_identity(),
            Self::Inception(..) => format!("inception-v3 {}", &INCEPTION_SHA256[..8]),
        }
    }

    /// How images are resized for the network, as a protocol states it; `None` if they are not.
    #[must_use]
    pub fn resize(&self, image: ImageShape) -> Option<String> {
        match self {
            Self::Raw => None,
            Self::Digits(..) => crop_description(image),
            Self::Inception(..) => inception::resize(image),
        }
    }

    /// Number of classes of the classifier; 0 without one.
    #[must_use]
    pub fn classes(&self) -> usize {
        match self {
            Self::Raw => 0,
            Self::Digits(..) => digit_classifier::CLASSES,
            Self::Inception(..) => inception::CLASSES,
        }
    }

    /// Dimensions of the features of images.
    ///
    /// # Errors
    /// Images of a size that the space does not take.
    pub fn dimensions(&self, image: ImageShape) -> Result<usize, EvalError> {
        match self {
            Self::Raw => Ok(image.values()),
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

    /// Images per batch of the network.
    pub(crate) fn batch(&self) -> usize {
        match self {
            Self::Raw | Self::Digits(..) => 256,
            Self::Inception(..) => 32,
        }
    }

    /// Features and class probabilities of images; `None` without a network.
    ///
    /// # Shapes
    /// - `pixels`: `[batch, channels, height, width]` with images of the shape `image`
    pub(crate) fn classify(
        &self,
        pixels: &[f32],
        image: ImageShape,
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

/// The name of the built-in digit classifier in a protocol.
pub(crate) fn digits_identity() -> String {
    format!("digits {}", &DIGITS_SHA256[..12])
}

/// The shape of digits without the border that padding to 32×32 added.
pub(crate) fn cropped_shape(image: ImageShape) -> ImageShape {
    match [image.height, image.width] {
        [32, 32] => ImageShape {
            height: 28,
            width: 28,
            ..image
        },
        _ => image,
    }
}

/// How digits are cropped for their classifier, as a protocol states it; `None` if they are not.
pub(crate) fn crop_description(image: ImageShape) -> Option<String> {
    let cropped = cropped_shape(image);
    let ImageShape { height, width, .. } = cropped;
    (cropped != image).then(|| format!("border cut to {height}x{width}"))
}

/// Digits as a tensor, without the border of padded ones.
///
/// # Shapes
/// - `pixels`: `[batch, channels, height, width]` with images of the shape `image`
/// - output: `[batch, channels, height, width]`
pub(crate) fn digit_images(pixels: &[f32], image: ImageShape, device: &Device) -> Tensor<4> {
    let images = image_tensor(pixels, image, device);
    if cropped_shape(image) == image {
        images
    } else {
        without_border(images)
    }
}

fn image_tensor(pixels: &[f32], image: ImageShape, device: &Device) -> Tensor<4> {
    let batch = pixels.len() / image.values();
    let shape = [batch, image.channels, image.height, image.width];
    let data = TensorData::new(pixels.to_vec(), shape);
    Tensor::from_data(data, device)
}
