//! Feature spaces: what images become before they are compared.

mod digits;
mod inception;
mod name;
mod network;
mod recognised;
mod space;
mod stacked;
mod weights;

pub use digits::{DIGITS_SHA256, DigitClassifier, without_border};
#[cfg(test)]
pub(crate) use inception::GENERATED;
pub use inception::{INCEPTION_FILE, INCEPTION_SHA256, InceptionV3};
pub use name::FeatureName;
pub use network::DigitNetwork;
pub use recognised::Recognised;
pub use space::FeatureSpace;
pub(crate) use space::{cut, digits_identity, digits_of, inner};
pub(crate) use stacked::check as check_stacked;
pub use stacked::stacked_labels;

/// Why images have no such features.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FeatureError {
    /// Images of a shape the network does not take.
    #[error("{what} takes images of {expected}, and these are {found}: {remedy}")]
    Shape {
        /// Whose features were asked for.
        what: &'static str,
        /// The shape it takes, channels first.
        expected: &'static str,
        /// The shape of the images.
        found: String,
        /// What to do.
        remedy: &'static str,
    },
    /// Weights that are not those of the network.
    #[error("the weights of {what} cannot be used: {reason}")]
    Weights {
        /// Whose weights.
        what: &'static str,
        /// What is wrong with them.
        reason: String,
    },
}
