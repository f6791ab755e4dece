//! Operations on all parameters of a network: averages, histories, gradient norms, parameter ids.

mod average;
mod gradients;
mod historical;
mod lerp;
mod parameters;

pub use average::Average;
pub(crate) use gradients::{clip_norm, gradient_norm, has_gradients};
pub use historical::History;
pub(crate) use parameters::has_finite_parameters;
pub use parameters::{number_parameters, trainable_parameters};
