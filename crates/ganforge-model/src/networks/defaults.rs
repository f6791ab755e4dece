//! Defaults of configurations that several networks share, by the names that serde calls.

use crate::layers::{Activation, Init};

pub(super) fn leaky_relu() -> Activation {
    Activation::LeakyRelu
}

/// Pixels as they are.
pub(super) fn signed() -> [f64; 2] {
    [-1.0, 1.0]
}

pub(super) fn he() -> Init {
    Init::He
}

pub(super) fn one() -> usize {
    1
}

pub(super) fn yes() -> bool {
    true
}
