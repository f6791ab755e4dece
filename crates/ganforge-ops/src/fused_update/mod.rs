//! Parameter updates in one pass over memory. As separate tensor operations, an update would read and write each element about ten times.

mod adam;
mod extension;
mod momentum;
mod parallel;
mod tensor;

pub use adam::{AdamStep, Decay};
pub use extension::FusedUpdateOps;
pub use momentum::MomentumStep;
pub use tensor::{AdamOutput, lerp, momentum_step};
