//! Completing images with a hole.

mod hole_errors;
mod inpainter;

pub use hole_errors::HoleErrors;
pub use inpainter::Inpainter;
