//! Values of command-line arguments.
#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "these comments are help texts, where brackets mark tables of a recipe"
)]

use clap::ValueEnum;
use ganforge_data::Split;
use ganforge_eval::spaces::FeatureName;
use ganforge_infer::{Direction, Interpolation};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FeatureChoice {
    /// Pixels in [-1, 1].
    Raw,
    /// The shipped classifier of 28×28 digits.
    Digits,
    /// Inception-v3, as in published values; after `data fetch inception`.
    Inception,
}

impl From<FeatureChoice> for FeatureName {
    fn from(choice: FeatureChoice) -> Self {
        match choice {
            FeatureChoice::Raw => Self::Raw,
            FeatureChoice::Digits => Self::Digits,
            FeatureChoice::Inception => Self::Inception,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SplitChoice {
    /// The training split, or all data if there is only one split.
    Train,
    /// The test split.
    Test,
}

impl From<SplitChoice> for Split {
    fn from(choice: SplitChoice) -> Self {
        match choice {
            SplitChoice::Train => Self::Train,
            SplitChoice::Test => Self::Test,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum InterpolationChoice {
    /// On a straight line.
    Linear,
    /// On a great circle, with the length of the latents kept.
    Spherical,
}

impl From<InterpolationChoice> for Interpolation {
    fn from(choice: InterpolationChoice) -> Self {
        match choice {
            InterpolationChoice::Linear => Self::Linear,
            InterpolationChoice::Spherical => Self::Spherical,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DirectionChoice {
    /// From the first domain, [data] of the recipe, to the second, [target].
    AToB,
    /// From the second domain to the first.
    BToA,
}

impl From<DirectionChoice> for Direction {
    fn from(choice: DirectionChoice) -> Self {
        match choice {
            DirectionChoice::AToB => Self::AToB,
            DirectionChoice::BToA => Self::BToA,
        }
    }
}

/// Parses a count of at least 1.
pub fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("allowed: a whole number from 1 on".to_owned()),
        Ok(count) => Ok(count),
    }
}
