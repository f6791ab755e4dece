//! Where modes can be counted: known centres, or classes that a classifier sees.

use burn::tensor::Device;
use ganforge_core::hex_digest;
use sha2::{Digest, Sha256};

use crate::error::EvalError;
use crate::features::Features;
use crate::metrics::{HIGH_QUALITY_DEVIATIONS, Modes, class_modes, mixture_modes};
use crate::spaces::DigitClassifier;

/// How many modes stacked digits have.
const STACKED: usize = 1000;

/// What the modes of the data are.
#[derive(Debug, Clone)]
pub enum ModeSource {
    /// Gaussians of equal weight.
    Mixture {
        /// `[modes, dimensions]`
        centers: Features,
        /// Their deviation in every direction.
        sigma: f64,
    },
    /// Three digits as the colours of an image: a thousand classes.
    StackedDigits {
        /// What reads them.
        classifier: Box<DigitClassifier>,
        /// Where it reads them.
        device: Device,
        /// The classes of real images, 0 to 999, whose shares samples should have; uniform shares without them.
        reference: Option<Vec<usize>>,
    },
}

impl ModeSource {
    /// Stacked digits, read on a device by the shipped classifier.
    ///
    /// # Errors
    /// Never, unless the program was built from a damaged file.
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

    /// How many modes there are.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::Mixture { centers, .. } => centers.rows(),
            Self::StackedDigits { .. } => STACKED,
        }
    }

    /// How near to a centre a sample must be.
    pub(super) fn within(&self) -> Option<f64> {
        match self {
            Self::Mixture { sigma, .. } => Some(HIGH_QUALITY_DEVIATIONS * sigma),
            Self::StackedDigits { .. } => None,
        }
    }

    /// How many real images stand behind the shares; 0 where they are uniform.
    pub(super) fn reference(&self) -> usize {
        match self {
            Self::Mixture { .. } => 0,
            Self::StackedDigits { reference, .. } => reference.as_ref().map_or(0, Vec::len),
        }
    }

    /// What tells those real images' classes from others.
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

    /// Counts the modes of samples, from their pixels or their classes, whichever these modes are told by.
    pub(super) fn modes(&self, pixels: &Features, classes: &[usize]) -> Result<Modes, EvalError> {
        match self {
            Self::Mixture { centers, sigma } => mixture_modes(pixels, centers, *sigma),
            Self::StackedDigits { reference, .. } => {
                class_modes(classes, STACKED, reference.as_deref())
            }
        }
    }
}
