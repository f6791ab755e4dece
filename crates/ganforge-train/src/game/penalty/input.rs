//! What a penalty sees.

use burn::tensor::{Int, Tensor};

use super::lecam::Anchors;
use crate::game::{Scored, TurnKey};

/// The inputs of penalties in one turn of the discriminator.
#[derive(Clone, Copy)]
pub struct PenaltyInput<'a> {
    /// Real images.
    pub real: &'a Scored,
    /// Fakes.
    pub fake: &'a Scored,
    /// `[batch]`, the class of the real image and the fake in each row.
    pub class: Option<&'a Tensor<1, Int>>,
    /// Average scores, in a game with a `LeCam` penalty.
    pub anchors: Option<&'a Anchors>,
    /// Key of the turn's random numbers.
    pub key: TurnKey,
}
