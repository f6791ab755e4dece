//! Options of a projection.

use ganforge_model::ConfigError;

use crate::error::InferError;
use crate::sampling::{Signature, check_class};

/// How the latent of an image is searched for.
///
/// ```
/// use ganforge_infer::ProjectionOptions;
///
/// let options = ProjectionOptions { starts: 16, ..ProjectionOptions::default() };
/// assert_eq!(options.steps, 300);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProjectionOptions {
    /// Latents from which the search begins, 1 to 256. They are those of `seed`, and of them the one with the nearest image at the end is kept.
    pub starts: usize,
    /// Steps of Adam, 1 or more.
    pub steps: usize,
    /// The rate of the first step, above 0; it falls linearly to 0.
    pub rate: f64,
    /// Seed of the first latents.
    pub seed: u64,
    /// The class of a conditional model; without it, start `i` has class `i mod classes`.
    pub class: Option<usize>,
}

impl Default for ProjectionOptions {
    /// Eight starts of seed 0, 300 steps at a rate of 0.1.
    fn default() -> Self {
        Self {
            starts: 8,
            steps: 300,
            rate: 0.1,
            seed: 0,
            class: None,
        }
    }
}

impl ProjectionOptions {
    /// Fails if an option is out of range for a model, or the model has no latents.
    pub(super) fn check(&self, signature: &Signature) -> Result<(), InferError> {
        if let Some(input) = signature.input {
            return Err(InferError::NoLatents { input });
        }
        if !(1..=256).contains(&self.starts) {
            return Err(ConfigError::new("starts", self.starts, "1 to 256").into());
        }
        if self.steps == 0 {
            return Err(ConfigError::new("steps", 0, "1 or more").into());
        }
        if !(self.rate.is_finite() && self.rate > 0.0) {
            return Err(ConfigError::new("rate", self.rate, "above 0").into());
        }
        if let Some(class) = self.class {
            check_class(class, &signature.classes)?;
        }
        Ok(())
    }
}
