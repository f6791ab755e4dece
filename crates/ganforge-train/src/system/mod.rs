//! Who plays: the networks of both players, and the losses of a turn.

mod build;
mod gan;
mod one_stage;

pub use build::{BuiltinGan, build, build_on, signature};
pub(crate) use build::{beginning_of, image_spec};
pub use gan::{BothPhases, Gan, Moves, Phase, Round, Start};
