//! Feature spaces: the representations in which images are compared.

mod classified;
mod digit_classifier;
mod digit_network;
mod feature_name;
mod feature_space;
mod inception;
mod stacked_digits;
mod weights;

pub use classified::Classified;
pub use digit_classifier::{DIGITS_SHA256, DigitClassifier, without_border};
pub use digit_network::DigitNetwork;
pub use feature_name::FeatureName;
pub use feature_space::FeatureSpace;
pub(crate) use feature_space::{crop_description, cropped_shape, digit_images, digits_identity};
#[cfg(test)]
pub(crate) use inception::GENERATED;
pub use inception::{INCEPTION_FILE, INCEPTION_SHA256, InceptionV3};
pub(crate) use stacked_digits::check as check_stacked;
pub use stacked_digits::stacked_labels;
