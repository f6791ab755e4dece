//! The modes of a dataset: known centers, or classes that a classifier predicts.

use burn::tensor::Device;
use ganforge_core::hex_digest;
use sha2::{Digest, Sha256};

use crate::error::EvalError;
use crate::features::Features;
use crate::metrics::{HIGH_QUALITY_DEVIATIONS, Modes, class_modes, mixture_modes};
use crate::spaces::DigitClassifier;

/// Number of modes of stacked digits.
const STACKED: usize = 1000;

/// The modes of a dataset.
#[derive(Debug, Clone)]
pub enum ModeSource {
    /// A mixture of isotropic Gaussians with equal weights.
    Mixture {
        /// `[modes, dimensions]`
        centers: Features,
        /// The standard deviation of each.
        sigma: f64,
    },
    /// Images whose three channels are digits: a thousand classes.
    StackedDigits {
        /// The classifier of the digits.
        classifier: Box<DigitClassifier>,
        /// The device of the classifier.
        device: Device,
        /// The classes of real images, 0 to 999, which define the reference distribution; `None` for the uniform distribution.
        reference: Option<Vec<usize>>,
    },
}

impl ModeSource {
    /// Stacked digits, classified on a device by the built-in classifier.
    ///
    /// # Errors
    /// The built-in weights are damaged.
    pub fn stacked_digits(
        device: &Device,
        reference: Option<Vec<usize>>,
    ) -> Result<Self, EvalError> {
        let device = device.clone().without_autodiff();
        Ok(Self::StackedDigits {
            classifier: Box::new(DigitClassifier::shipped(&device)?),
            device,
            reference,
        })
    }

    /// Number of modes.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::Mixture { centers, .. } => centers.rows(),
            Self::StackedDigits { .. } => STACKED,
        }
    }

    /// The largest distance to a center, for a mixture.
    pub(super) fn within(&self) -> Option<f64> {
        match self {
            Self::Mixture { sigma, .. } => Some(HIGH_QUALITY_DEVIATIONS * sigma),
            Self::StackedDigits { .. } => None,
        }
    }

    /// Number of real images behind the reference distribution; 0 if it is uniform.
    pub(super) fn reference(&self) -> usize {
        match self {
            Self::Mixture { .. } => 0,
            Self::StackedDigits { reference, .. } => reference.as_ref().map_or(0, Vec::len),
        }
    }

    /// The first half of the SHA-256 of the classes of these images.
    pub(super) fn digest(&self) -> Option<String> {
        match self {
            Self::StackedDigits {
                reference: Some(classes),
                ..
            } => {
                let bytes = classes
                    .iter()
                    .flat_map(|&class| (class as u64).to_le_bytes());
                let hash = Sha256::new().chain_update(bytes.collect::<Vec<u8>>());
                Some(hex_digest(hash, 16))
            }
            _ => None,
        }
    }

    /// The mode coverage of samples, from their pixels for a mixture and from their classes for stacked digits.
    pub(super) fn modes(&self, pixels: &Features, classes: &[usize]) -> Result<Modes, EvalError> {
        match self {
            Self::Mixture { centers, sigma } => mixture_modes(pixels, centers, *sigma),
            Self::StackedDigits { reference, .. } => {
                class_modes(classes, STACKED, reference.as_deref())
            }
        }
    }
}
