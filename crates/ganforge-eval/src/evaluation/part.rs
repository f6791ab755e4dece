//! The roles that images have in an evaluation.

/// A set of images with a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The generated images.
    Samples,
    /// Real images that the samples are compared with.
    Reference,
    /// The training images, searched for copies.
    Training,
    /// Real images that were not trained on, as the baseline of the search for copies.
    HeldOut,
    /// Real images on which the width of the Parzen window is chosen.
    Validation,
    /// Real images whose likelihood the Parzen window estimates.
    Test,
}
